/** Bounded waiting. */

/** `promise`, or an error that says `otherwise` after `timeout` ms. */
export async function within(timeout, promise, otherwise) {
    let timer;
    const tooLate = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${otherwise} within ${timeout} ms`)), timeout);
    });
    try {
        return await Promise.race([promise, tooLate]);
    } finally {
        clearTimeout(timer);
    }
}

/** The first true value of `probe` (which may be async), asked now and each time `emitter` says one of `events`. */
export async function firstTrue(emitter, events, probe, timeout, otherwise) {
    let look;
    const found = new Promise((resolve, reject) => {
        look = () => Promise.resolve(probe()).then((value) => value && resolve(value), reject);
    });
    for (const name of events) emitter.on(name, look);
    look();
    try {
        return await within(timeout, found, otherwise);
    } finally {
        for (const name of events) emitter.off(name, look);
    }
}
