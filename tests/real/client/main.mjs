/**
 * Personas over JSON lines. In:  {"id": 1, "as": "coach", "do": "say", "with": {...}}
 * Out: {"id": 1, "result": ...} or {"id": 1, "error": {"message", "code", "status"}}, in any order.
 * The first line out is {"ready": {...}}. Ends when standard input closes.
 */
import { readFileSync } from "node:fs";
import readline from "node:readline";

const LEAST_NODE = 22; // matrix-js-sdk 43 on Node 20 does not fail, it stalls

if (Number(process.versions.node.split(".")[0]) < LEAST_NODE) {
    process.stderr.write(`Node ${LEAST_NODE} or later is needed, this is ${process.version}; see tests/real/client/install.sh\n`);
    process.exit(2);
}

// Standard output carries the protocol; whatever a library prints goes to standard error.
for (const level of ["log", "info", "debug", "warn", "error", "trace"]) {
    console[level] = (...parts) => process.stderr.write(`${level}: ${parts.map(String).join(" ")}\n`);
}
process.on("unhandledRejection", (reason) => process.stderr.write(`unhandled: ${reason?.stack ?? reason}\n`));

// Loaded after the check above, so that an old Node gets the sentence and not a stall.
const { logger } = await import("matrix-js-sdk/lib/logger.js");
logger.setLevel("error");
const { COMMANDS, Persona } = await import("./persona.mjs");

const personas = new Map();
const send = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function run({ as: name, do: command, with: details = {} }) {
    if (command === "memory") return process.memoryUsage();
    if (command === "start") return start(name, details);
    if (!COMMANDS.includes(command)) throw new Error(`unknown command ${command}`);
    const persona = personas.get(name);
    if (!persona) throw new Error(`persona ${name} has not been started`);
    if (command === "stop") personas.delete(name);
    return persona[command](details);
}

async function start(name, details) {
    if (personas.has(name)) throw new Error(`persona ${name} has been started already`);
    const persona = new Persona();
    personas.set(name, persona);
    try {
        return await persona.start(details);
    } catch (error) {
        personas.delete(name);
        throw error;
    }
}

function described(error) {
    return { message: error.message ?? String(error), code: error.errcode ?? null, status: error.httpStatus ?? null };
}

async function answer(line) {
    const { id, ...request } = JSON.parse(line);
    try {
        send({ id, result: (await run(request)) ?? null });
    } catch (error) {
        send({ id, error: described(error) });
    }
}

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on("line", answer);
lines.on("close", () => process.exit(0));

const { version } = JSON.parse(readFileSync(new URL("node_modules/matrix-js-sdk/package.json", import.meta.url)));
send({ ready: { node: process.version, sdk: version } });
