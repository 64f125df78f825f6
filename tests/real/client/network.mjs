/** The network between one persona and the homeserver; it can be cut and joined again. */
export class Network {
    #cut; // aborted while disconnected

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

    fetch = (resource, options = {}) => {
        const signals = [this.#cut.signal, options.signal].filter(Boolean);
        return fetch(resource, { ...options, signal: AbortSignal.any(signals) });
    };
}
