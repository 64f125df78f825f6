"""Bots that listen in the same rooms as Kring, each in its own process: stock nio, mautrix, matrix-js-sdk.

They do what every bot must: sync, decrypt, and hand each message to a function, which here counts. All are told what to
do over their standard input and answer on standard output (``desk.py``; the same by hand in ``js_bot.mjs``).
"""
