/**
 * What one persona has seen: every timeline event with what Element would show for it, and the waiters that look
 * for one. Each change of what is seen (arrived, became readable, failed) gets the next sequence number, so a test
 * can say "after this point" without racing the sync.
 */
const MOST_KEPT = 20_000;

export class Sightings {
    #client;
    #byId = new Map(); // event id -> { event, failure, sequence }
    #sequence = 0;
    #waiters = new Set();

    constructor(client) {
        this.#client = client;
    }

    get sequence() {
        return this.#sequence;
    }

    /** Takes an event whose decryption has been tried; a second call matters only when the outcome changed. */
    note(event) {
        const id = event.getId();
        const failure = event.isDecryptionFailure() ? event.decryptionFailureReason : null;
        if (!id || event.isState() || this.#byId.get(id)?.failure === failure) return;
        this.#byId.delete(id); // set() below moves it to the end: the map stays in order of sequence
        this.#byId.set(id, { event, failure, sequence: ++this.#sequence });
        if (this.#byId.size > MOST_KEPT) this.#byId.delete(this.#byId.keys().next().value);
        for (const waiter of [...this.#waiters]) waiter();
    }

    event(id) {
        return this.#byId.get(id)?.event;
    }

    view(id) {
        const sighting = this.#byId.get(id);
        return sighting ? this.#view(sighting) : null;
    }

    /** All sightings that fit, oldest first. */
    list(wanted) {
        const fits = matcher(wanted);
        return [...this.#byId.values()].map((sighting) => this.#view(sighting)).filter(fits);
    }

    /** Resolves with the first sighting that fits, present or coming; rejects after `timeout` ms. */
    waitFor({ timeout = 10_000, ...wanted }) {
        return new Promise((resolve, reject) => {
            const look = () => {
                const found = this.list(wanted)[0];
                if (found) settle(() => resolve(found));
            };
            const giveUp = () => settle(() => reject(new Error(this.#nothingFits(wanted, timeout))));
            const timer = setTimeout(giveUp, timeout);
            const settle = (outcome) => {
                clearTimeout(timer);
                this.#waiters.delete(look);
                outcome();
            };
            this.#waiters.add(look);
            look();
        });
    }

    #nothingFits(wanted, timeout) {
        const inRoom = this.list({ room: wanted.room, after: wanted.after }).slice(-5);
        const seen = inRoom.map((view) => `${view.sender}: ${view.failure ?? view.content.body ?? view.type}`);
        return `nothing fits ${JSON.stringify(wanted)} within ${timeout} ms; last seen: ${JSON.stringify(seen)}`;
    }

    #view({ event, failure, sequence }) {
        // The room's own copy carries edits and redactions that arrived later; ours is the event as it came.
        const shown = this.#client.getRoom(event.getRoomId())?.findEventById(event.getId()) ?? event;
        const relation = event.getRelation();
        return {
            sequence,
            event_id: event.getId(),
            room_id: event.getRoomId(),
            sender: event.getSender(),
            sent_at: event.getTs(),
            type: event.getType(),
            content: event.getOriginalContent(),
            shown: shown.getContent(),
            encrypted: event.isEncrypted(),
            readable: failure === null,
            failure,
            in_reply_to: event.replyEventId ?? null,
            relation_type: relation?.rel_type ?? null,
            relates_to: relation?.event_id ?? null,
            reaction: relation?.key ?? null,
            edited_by: shown.replacingEventId() ?? null,
            redacted: shown.isRedacted(),
        };
    }
}

/** A test on views; `containing` and `pattern` (a regular expression) look at the text that is shown. */
function matcher({ room, sender, type, containing, pattern, reply_to, thread, replaces, readable, failure, after = 0 }) {
    const body = pattern === undefined ? null : new RegExp(pattern, "s");
    const text = (view) => (view.readable ? (view.shown.body ?? "") : "");
    const unlike = (wanted, actual) => wanted !== undefined && wanted !== actual;
    const related = (kind, view) => (view.relation_type === kind ? view.relates_to : null);
    return (view) =>
        view.sequence > after &&
        !unlike(room, view.room_id) &&
        !unlike(sender, view.sender) &&
        !unlike(type, view.type) &&
        !unlike(readable, view.readable) &&
        !unlike(failure, view.failure) &&
        !unlike(reply_to, view.in_reply_to) &&
        !unlike(thread, related("m.thread", view)) &&
        !unlike(replaces, related("m.replace", view)) &&
        (containing === undefined || text(view).includes(containing)) &&
        (!body || body.test(text(view)));
}
