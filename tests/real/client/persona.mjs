/**
 * One person at Element: matrix-js-sdk with the Rust crypto, keys in memory only. Each public method of `Persona`
 * whose name is in COMMANDS can be called over the wire (main.mjs); it takes one plain object and returns plain data.
 */
import { ClientEvent, MatrixEvent, RoomEvent } from "matrix-js-sdk";
import { CryptoEvent, EventShieldColour, EventShieldReason } from "matrix-js-sdk/lib/crypto-api/index.js";

import { downloadDecrypted, uploadEncrypted } from "./attachments.mjs";
import { Network } from "./network.mjs";
import { REQUEST_TIMEOUT, close, isolateUnsigned, openSession, withPassword } from "./session.mjs";
import { Verifying } from "./verifying.mjs";
import { firstTrue } from "./waiting.mjs";

const SEND_AGAIN_MS = 250;

export const COMMANDS = [
    "stop", "offline", "online", "isolate", "verifiedOnly", "holdKeys", "releaseKeys", "sequence",
    "waitForRoom", "rooms", "members", "state", "join", "leave",
    "say", "insist", "edit", "react", "sendFile", "readFile",
    "messages", "waitFor", "message", "shield", "decrypt",
    "request", "devices", "trust", "waitForDevice", "signDevice", "sessions", "forgetSession",
    "verifyAsk", "verifyAccept", "verifyEmoji", "verifySay", "verifyEnd", "resetIdentity",
];

export class Persona {
    #network = new Network();
    #client;
    #seen;
    #verifying;

    get #crypto() {
        return this.#client.getCrypto();
    }

    // --- beginning and end -------------------------------------------------------------------------------------

    /** See `openSession` for the options. */
    async start(options) {
        const session = await openSession({ ...options, fetchFn: this.#network.fetch });
        this.#client = session.client;
        this.#seen = session.seen;
        return { user_id: this.#client.getUserId(), device_id: this.#client.getDeviceId() };
    }

    async stop({ logOut = false }) {
        if (logOut) await this.#client.logout();
        close(this.#client);
    }

    /** The network goes: requests fail as without a connection, until `online`. Keys and session stay. */
    offline() {
        this.#network.disconnect();
    }

    online() {
        this.#network.connect();
        this.#client.retryImmediately();
    }

    isolate({ strict }) {
        isolateUnsigned(this.#crypto, strict);
    }

    /** "Never send encrypted messages to unverified devices", as a person can set it in Element. */
    verifiedOnly({ only }) {
        isolateUnsigned(this.#crypto, false); // in the strict mode this setting has no effect
        this.#crypto.globalBlacklistUnverifiedDevices = only;
    }

    holdKeys() {
        this.#network.holdKeys();
    }

    /** Gives how many messages with keys were held up. */
    releaseKeys() {
        return this.#network.releaseKeys();
    }

    sequence() {
        return this.#seen.sequence;
    }

    // --- rooms -------------------------------------------------------------------------------------------------

    /** Waits until this person's membership is `membership`, in `room` or, without one, in any room; gives the id. */
    waitForRoom({ room, membership, timeout = 10_000 }) {
        const fits = (candidate) => (!room || candidate.roomId === room) && candidate.getMyMembership() === membership;
        const found = () => this.#client.getRooms().find(fits)?.roomId;
        const changes = [ClientEvent.Room, RoomEvent.MyMembership];
        return firstTrue(this.#client, changes, found, timeout, `no ${membership} for ${room ?? "any room"}`);
    }

    rooms() {
        return this.#client.getRooms().map((room) => ({
            room_id: room.roomId,
            name: room.name,
            membership: room.getMyMembership(),
            encrypted: room.hasEncryptionStateEvent(),
            space: room.isSpaceRoom(),
            version: room.getVersion(),
        }));
    }

    members({ room }) {
        return this.#room(room).currentState.getMembers().map((member) => ({
            user_id: member.userId,
            membership: member.membership ?? null,
            name: member.rawDisplayName,
            power_level: Number.isFinite(member.powerLevel) ? member.powerLevel : null, // null: creator, no ceiling
        }));
    }

    /** The state as the homeserver gives it now, not as this client remembers it. */
    state({ room }) {
        return this.#client.roomState(room);
    }

    async join({ room, timeout = 10_000 }) {
        await this.#client.joinRoom(room);
        await this.waitForRoom({ room, membership: "join", timeout });
        return room;
    }

    async leave({ room }) {
        await this.#client.leave(room);
    }

    #room(room) {
        const known = this.#client.getRoom(room);
        if (!known) throw new Error(`${this.#client.getUserId()} does not know room ${room}`);
        return known;
    }

    // --- saying ------------------------------------------------------------------------------------------------

    /** Text, as a reply or in a thread when asked. Gives the event id. */
    say({ room, text, replyTo, thread, mentions = [], notice = false }) {
        return this.#send(room, "m.room.message", {
            msgtype: notice ? "m.notice" : "m.text",
            body: text,
            "m.mentions": mentions.length ? { user_ids: mentions } : {},
            ...relation({ replyTo, thread }),
        });
    }

    /** Text, and "send again" (the same message, the same transaction) as often as the connection fails. */
    async insist({ room, text, timeout = 60_000 }) {
        const here = this.#room(room);
        const transaction = this.#client.makeTxnId();
        const deadline = Date.now() + timeout;
        let sending = this.#client.sendEvent(room, "m.room.message", { msgtype: "m.text", body: text, "m.mentions": {} }, transaction);
        const event = here.findEventById(`~${room}:${transaction}`);
        for (;;) {
            try {
                return (await sending).event_id;
            } catch (error) {
                if (event.getId().startsWith("$")) return event.getId(); // it arrived, only the answer was lost
                if ((error.httpStatus && error.httpStatus < 500) || Date.now() > deadline) throw error;
            }
            await new Promise((resume) => setTimeout(resume, SEND_AGAIN_MS));
            this.#client.retryImmediately();
            if (event.getId().startsWith("$")) return event.getId();
            sending = this.#client.resendEvent(event, here);
        }
    }

    edit({ room, event, text }) {
        const content = { msgtype: "m.text", body: text, "m.mentions": {} };
        return this.#send(room, "m.room.message", {
            ...content,
            body: `* ${text}`,
            "m.new_content": content,
            "m.relates_to": { rel_type: "m.replace", event_id: event },
        });
    }

    react({ room, event, key }) {
        return this.#send(room, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: event, key } });
    }

    async sendFile({ room, name, mimetype = "application/octet-stream", base64, replyTo, thread }) {
        return this.#send(room, "m.room.message", {
            msgtype: "m.file",
            body: name,
            filename: name,
            info: { mimetype, size: Buffer.byteLength(base64, "base64") },
            file: await uploadEncrypted(this.#client, base64),
            "m.mentions": {},
            ...relation({ replyTo, thread }),
        });
    }

    readFile({ event }) {
        const file = this.#event(event).getContent().file;
        if (!file) throw new Error(`${event} carries no encrypted file`);
        return downloadDecrypted(this.#client, file);
    }

    async #send(room, type, content) {
        // An unknown room would make the SDK send in clear; what must go in clear is said with `request`.
        if (!(await this.#crypto.isEncryptionEnabledInRoom(room))) throw new Error(`room ${room} is not known as encrypted`);
        return (await this.#client.sendEvent(room, type, content)).event_id;
    }

    // --- reading -----------------------------------------------------------------------------------------------

    messages(wanted) {
        return this.#seen.list(wanted);
    }

    waitFor(wanted) {
        return this.#seen.waitFor(wanted);
    }

    message({ event }) {
        return this.#seen.view(event);
    }

    /** The mark that Element sets beside a message: colour NONE, GREY or RED, and why. */
    async shield({ event }) {
        const info = await this.#crypto.getEncryptionInfoForEvent(this.#event(event));
        if (!info) return null;
        return {
            colour: EventShieldColour[info.shieldColour],
            reason: info.shieldReason === null ? null : EventShieldReason[info.shieldReason],
        };
    }

    /** Tries the keys that this device holds on an event as the homeserver stores it. */
    async decrypt({ raw }) {
        const event = new MatrixEvent(raw);
        await this.#client.decryptEventIfNeeded(event, { isRetry: true });
        return {
            readable: event.isEncrypted() && !event.isDecryptionFailure(),
            failure: event.decryptionFailureReason ?? null,
            content: event.isDecryptionFailure() ? null : event.getClearContent(),
        };
    }

    #event(id) {
        const event = this.#seen.event(id);
        if (!event) throw new Error(`${this.#client.getUserId()} has not seen event ${id}`);
        return event;
    }

    // --- the server and the keys -------------------------------------------------------------------------------

    /** One HTTP request with this person's token; a refusal is an answer here, not an error. */
    async request({ method, path, query = {}, body }) {
        const address = new URL(path, this.#client.baseUrl);
        for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
        const response = await this.#network.fetch(address, {
            method,
            headers: { Authorization: `Bearer ${this.#client.getAccessToken()}`, "Content-Type": "application/json" },
            body: body === undefined ? undefined : JSON.stringify(body),
            signal: AbortSignal.timeout(REQUEST_TIMEOUT),
        });
        const text = await response.text();
        return { status: response.status, body: parsed(text) };
    }

    /** This person's own devices, as the homeserver lists them. */
    async devices() {
        return (await this.#client.getDevices()).devices.map(({ device_id, display_name }) => ({ device_id, name: display_name ?? null }));
    }

    /** What this client knows now of another person's identity and devices. */
    async trust({ user }) {
        const devices = (await this.#crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
        const status = await this.#crypto.getUserVerificationStatus(user);
        return {
            known: status.known,
            verified: status.isVerified(),
            needs_approval: status.needsUserApproval,
            devices: await Promise.all([...devices.keys()].map((device) => this.#deviceTrust(user, device))),
        };
    }

    /** Waits until this client knows `device` of `user`; news of devices comes with the sync, later than the device. */
    waitForDevice({ user, device, timeout = 10_000 }) {
        const known = async () => {
            const devices = (await this.#crypto.getUserDeviceInfo([user], true)).get(user);
            return devices?.has(device) && this.#deviceTrust(user, device);
        };
        return firstTrue(this.#client, [CryptoEvent.DevicesUpdated], known, timeout, `no news of device ${device}`);
    }

    async #deviceTrust(user, device) {
        const trust = await this.#crypto.getDeviceVerificationStatus(user, device);
        return { device_id: device, signed_by_owner: trust?.signedByOwner ?? false, verified: trust?.isVerified() ?? false };
    }

    /** Comparing emoji, one step at a time: see `Verifying`. */
    verifyAsk(options) {
        this.#verifying = new Verifying(this.#client);
        return this.#verifying.ask(options);
    }

    verifyAccept(options) {
        this.#verifying = new Verifying(this.#client);
        return this.#verifying.accept(options);
    }

    verifyEmoji(options) {
        return this.#verifying.emoji(options);
    }

    verifySay(options) {
        return this.#verifying.say(options);
    }

    verifyEnd(options) {
        return this.#verifying.end(options);
    }

    /** "Reset your identity" in Element, on this device: new cross-signing keys, which sign this device. */
    async resetIdentity({ password }) {
        await this.#crypto.resetEncryption(withPassword(this.#client, password));
    }

    /** Ids of the Megolm sessions of `room` whose keys this device holds. */
    async sessions({ room }) {
        const keys = await this.#crypto.exportRoomKeys();
        return keys.filter((key) => key.room_id === room).map((key) => key.session_id);
    }

    /** The next message in `room` starts a new Megolm session, whose key is handed out anew. */
    /** Signs another device of this person with the identity whose keys are here. */
    async signDevice({ device }) {
        await this.#crypto.crossSignDevice(device);
    }

    async forgetSession({ room }) {
        await this.#crypto.forceDiscardSession(room);
    }
}

function relation({ replyTo, thread }) {
    if (!replyTo && !thread) return {};
    const threaded = thread ? { rel_type: "m.thread", event_id: thread, is_falling_back: !replyTo } : {};
    return { "m.relates_to": { ...threaded, "m.in_reply_to": { event_id: replyTo ?? thread } } };
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}
