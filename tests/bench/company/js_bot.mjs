/** matrix-js-sdk with its Rust crypto, keys in memory (Node has no IndexedDB). `node js_bot.mjs URL USER TIMELINE_LIMIT`. */
import readline from "node:readline";

import { logger } from "../../real/client/node_modules/matrix-js-sdk/lib/logger.js";
import { MatrixEventEvent, RoomMemberEvent } from "../../real/client/node_modules/matrix-js-sdk/lib/index.js";
import { Network } from "../../real/client/network.mjs";
import { openSession } from "../../real/client/session.mjs";

for (const level of ["log", "info", "debug", "warn", "error", "trace"]) {
    console[level] = (...parts) => process.stderr.write(`${parts.map(String).join(" ")}\n`);
}
logger.setLevel("error");

const [url, user, limit] = process.argv.slice(2);
const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
const network = new Network();
let heard = new Set();
let unreadable = new Set();
let expected = 0;
let client;

function say(what, more = {}) {
    const { user: own, system } = process.cpuUsage();
    process.stdout.write(`${JSON.stringify({ say: what, at: Date.now() / 1000, cpu: (own + system) / 1e6, ...more })}\n`);
}

const counts = () => ({ heard: heard.size, unreadable: unreadable.size });

function note(event) {
    if (event.isState() || event.getSender() === client.getUserId()) return;
    if (event.isDecryptionFailure()) return void (heard.has(event.getId()) || unreadable.add(event.getId()));
    if (event.getType() !== "m.room.message") return;
    heard.add(event.getId());
    unreadable.delete(event.getId());
    if (expected && heard.size >= expected) {
        expected = 0;
        say("done", counts());
    }
}

async function begin(password) {
    const session = await openSession({
        homeserver: url, user, password, fetchFn: network.fetch, deviceName: "js", timeline: Number(limit),
    });
    client = session.client;
    client.on(MatrixEventEvent.Decrypted, note);
    client.on(RoomMemberEvent.Membership, (_event, member) => {
        if (member.userId === client.getUserId() && member.membership === "invite") client.joinRoom(member.roomId);
    });
    for (const room of client.getRooms()) {
        if (room.getMyMembership() === "invite") await client.joinRoom(room.roomId);
    }
    say("ready", { device: client.getDeviceId() });
}

const orders = {
    expect(number) {
        [heard, unreadable, expected] = [new Set(), new Set(), Number(number)];
        say("expecting");
    },
    pause() {
        network.disconnect();
        say("paused");
    },
    go() {
        network.connect();
        say("going");
        client.retryImmediately();
    },
    report: () => say("report", counts()),
};

lines.on("line", (line) => {
    if (!client && !begin.started) {
        begin.started = true;
        begin(line.trim()).catch((error) => {
            process.stderr.write(`${error.stack}\n`);
            process.exit(1);
        });
        return;
    }
    const [order, argument] = line.trim().split(" ");
    orders[order]?.(argument);
});
lines.on("close", () => process.exit(0));
