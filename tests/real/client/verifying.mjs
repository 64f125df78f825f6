/** Comparing emoji as Element does it, one step at a time, so that a test can be the human who looks. */
import { CryptoEvent, VerificationPhase, VerificationRequestEvent, VerifierEvent } from "matrix-js-sdk/lib/crypto-api/index.js";

import { firstTrue } from "./waiting.mjs";

const SAS = "m.sas.v1";

export class Verifying {
    #client;
    #request;
    #sas;
    #failure;

    constructor(client) {
        this.#client = client;
    }

    get #crypto() {
        return this.#client.getCrypto();
    }

    /** Asks, with an encrypted request as Element X sends it (the SDK for the browser would send it in clear). */
    async ask({ user, room }) {
        this.#crypto.sendVerificationRequestContent = async (roomId, content) =>
            (await this.#client.sendEvent(roomId, "m.room.message", JSON.parse(content))).event_id;
        this.#request = await this.#crypto.requestVerificationDM(user, room);
        await this.#until(() => this.#request.phase >= VerificationPhase.Ready, 20_000, "the request was not accepted");
        return this.#request.transactionId;
    }

    /** Waits for a request of `user` in `room` and accepts it. */
    async accept({ user, room, timeout = 20_000 }) {
        const found = () => {
            const request = this.#crypto.findVerificationRequestDMInProgress(room, user);
            return request?.phase === VerificationPhase.Requested ? request : undefined;
        };
        this.#request = await firstTrue(this.#client, [CryptoEvent.VerificationRequestReceived], found, timeout, `no request of ${user}`);
        await this.#request.accept();
        return this.#request.transactionId;
    }

    /** The seven emoji that this client shows. `start`: begin with them ourselves, else wait for the other side. */
    async emoji({ start = true, timeout = 30_000 }) {
        let verifier;
        if (start) {
            verifier = await this.#request.startVerification(SAS);
        } else {
            await this.#until(() => this.#request.verifier, timeout, "the other side did not begin");
            verifier = this.#request.verifier;
        }
        const shown = () => verifier.getShowSasCallbacks() ?? undefined;
        const waiting = firstTrue(verifier, [VerifierEvent.ShowSas], shown, timeout, "no emoji");
        verifier.verify().catch((error) => { this.#failure = String(error); });
        this.#sas = await waiting;
        return { emoji: this.#sas.sas.emoji, decimals: this.#sas.sas.decimal };
    }

    /** What the human at this side says of them. */
    async say({ same }) {
        if (same) await this.#sas.confirm();
        else this.#sas.mismatch();
    }

    /** How it ended: `DONE` or `CANCELLED`, with the code. */
    async end({ timeout = 30_000 }) {
        const over = () => [VerificationPhase.Done, VerificationPhase.Cancelled].includes(this.#request.phase);
        await this.#until(over, timeout, "the verification did not end");
        return { phase: VerificationPhase[this.#request.phase].toUpperCase(), code: this.#request.cancellationCode };
    }

    #until(condition, timeout, sentence) {
        const found = () => condition() || undefined;
        return firstTrue(this.#request, [VerificationRequestEvent.Change], found, timeout, sentence);
    }
}
