const KEYS = "/sendToDevice/m.room.encrypted/";

/** The network between one persona and the homeserver; it can be cut and joined again, and hold keys up. */
export class Network {
    #cut; // aborted while disconnected
    #held = null; // keys that are acknowledged and not delivered, or null

    constructor() {
        this.connect();
    }

    connect() {
        this.#cut = new AbortController();
    }

    /** Running requests fail at once, new ones too, with the error that fetch gives without a connection. */
    disconnect() {
        this.#cut.abort(new TypeError("fetch failed: this persona is offline"));
    }

    /** What carries keys is taken in, and reaches nobody until `releaseKeys`: a homeserver that is slow, or lies. */
    holdKeys() {
        this.#held ??= [];
    }

    async releaseKeys() {
        const held = this.#held ?? [];
        this.#held = null;
        for (const [resource, options] of held) await fetch(resource, { ...options, signal: undefined });
        return held.length;
    }

    fetch = (resource, options = {}) => {
        if (this.#held && String(resource).includes(KEYS)) {
            this.#held.push([resource, options]);
            return Promise.resolve(Response.json({}));
        }
        const signals = [this.#cut.signal, options.signal].filter(Boolean);
        return fetch(resource, { ...options, signal: AbortSignal.any(signals) });
    };
}
