/** A session as Element opens it: log in as a new device, start the crypto, sign the device, sync. */
import { ClientEvent, Filter, MatrixError, MatrixEventEvent, MatrixScheduler, SyncState, createClient } from "matrix-js-sdk";
import { AllDevicesIsolationMode, OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";

import { Sightings } from "./sightings.mjs";
import { within } from "./waiting.mjs";

export const REQUEST_TIMEOUT = 30_000;

/**
 * Keys live in memory only: a session that is stopped is a device lost. `crossSign` makes the person's identity and signs
 * this device with it; `resetIdentity` does so where an identity exists, as after a lost recovery key; `strict` is
 * described at `isolateUnsigned`; `history` is how many events of a room the first sync brings at most, `timeline` how many
 * a later one does (the SDK by itself leaves that to the server).
 */
export async function openSession({
    homeserver, user, password, fetchFn,
    deviceName = "Element", crossSign = true, resetIdentity = false, strict = true, history = 200, timeline,
}) {
    const session = await createClient({ baseUrl: homeserver, logger: quiet }).loginRequest({
        type: "m.login.password",
        identifier: { type: "m.id.user", user },
        password,
        initial_device_display_name: deviceName,
    });
    const client = createClient({
        baseUrl: homeserver,
        userId: session.user_id,
        deviceId: session.device_id,
        accessToken: session.access_token,
        fetchFn,
        localTimeoutMs: REQUEST_TIMEOUT,
        scheduler: new MatrixScheduler(), // sends again after "too many requests", as Element does
        logger: quiet,
    });
    try {
        await client.initRustCrypto({ useIndexedDB: false });
        isolateUnsigned(client.getCrypto(), strict);
        const seen = watch(client);
        const renews = await hasIdentity(client);
        if (crossSign && renews && !resetIdentity) throw new Error(`${session.user_id} has an identity: sign with resetIdentity, or not at all`);
        // Before the sync, since the answer to a key query on its way would bring the old identity back.
        if (resetIdentity && renews) await signOwnDevice(client, password);
        await firstSync(client, history, timeline);
        // After the sync, since before it the SDK waits two seconds in vain for the answer to a key query.
        if (crossSign && !renews) await signOwnDevice(client, password);
        return { client, seen };
    } catch (error) {
        close(client);
        throw error;
    }
}

export function close(client) {
    client.stopClient();
    client.http.abort();
    client.removeAllListeners();
}

/** Strict is Element's rule since 2026 (MSC4153): devices that their owner has not signed are neither written to nor read. */
export function isolateUnsigned(crypto, strict) {
    crypto.setDeviceIsolationMode(strict ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false));
}

async function hasIdentity(client) {
    const { master_keys: masterKeys } = await client.downloadKeysForUsers([client.getUserId()]);
    return Boolean(masterKeys?.[client.getUserId()]);
}

/** Makes a new identity and signs this device with it; replacing an identity takes the password. */
async function signOwnDevice(client, password) {
    const crypto = client.getCrypto();
    await crypto.bootstrapCrossSigning({
        setupNewCrossSigning: true,
        authUploadDeviceSigningKeys: withPassword(client, password),
    });
    if (!(await crypto.isCrossSigningReady())) throw new Error("cross-signing was set up but is not ready");
}

/** Uploads signing keys, with the password when the server asks for it. */
export function withPassword(client, password) {
    return async (upload) => {
        try {
            return await upload(null);
        } catch (refusal) {
            if (!(refusal instanceof MatrixError) || refusal.httpStatus !== 401) throw refusal;
            const identifier = { type: "m.id.user", user: client.getUserId() };
            return await upload({ type: "m.login.password", identifier, password, session: refusal.data.session });
        }
    };
}

/** Every event is decrypted on arrival; the SDK by itself waits until someone looks at the room. */
function watch(client) {
    const seen = new Sightings(client);
    client.on(ClientEvent.Event, async (event) => {
        if (!event.getRoomId() || event.isState()) return;
        await client.decryptEventIfNeeded(event);
        seen.note(event);
    });
    client.on(MatrixEventEvent.Decrypted, (event) => seen.event(event.getId()) && seen.note(event));
    return seen;
}

async function firstSync(client, history, timeline) {
    const prepared = new Promise((resolve, reject) => {
        client.on(ClientEvent.Sync, (state, _before, data) => {
            if (state === SyncState.Prepared) resolve();
            if (state === SyncState.Error) reject(data?.error ?? new Error("sync failed"));
        });
    });
    const filter = timeline && Filter.fromJson(client.getUserId(), "", { room: { timeline: { limit: timeline } } });
    await client.startClient({ initialSyncLimit: history, threadSupport: true, lazyLoadMembers: false, filter });
    await within(REQUEST_TIMEOUT, prepared, "the first sync did not finish");
}

// Standard output is the wire, so the SDK may speak on standard error only, and only when something is wrong.
const quiet = {
    trace() {},
    debug() {},
    info() {},
    warn() {},
    error: (...parts) => process.stderr.write(`${parts.map(String).join(" ")}\n`),
    getChild: () => quiet,
};
