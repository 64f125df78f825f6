"""Tables of the Matrix runtime: crypto state, identities, membership, the durable inbox.

Secrets (pickles, access token) are sealed before they get here; keys of others and fingerprints are public. All times
are milliseconds since 1970 UTC. ``account_id`` is one Matrix device of ours; ``owner`` is the Matrix id of one of our
accounts.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from hub.adapters.sql.database import metadata

# SQLite numbers rows by itself only for a primary key of exactly the type INTEGER.
_Serial = BigInteger().with_variant(Integer(), "sqlite")


def _account() -> Column[int]:
    return Column("account_id", _Serial, ForeignKey("mx_account.id", ondelete="CASCADE"), primary_key=True)


mx_account = Table(
    "mx_account",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("user_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("pickle", LargeBinary, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("next_batch", Text),
    Column("access_token", LargeBinary, nullable=False),
    # In clear on purpose: at start it must match the key inside the pickle and the key on the server.
    Column("fingerprint", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
    UniqueConstraint("user_id", "device_id"),
)

mx_olm_session = Table(
    "mx_olm_session",
    metadata,
    _account(),
    Column("sender_key", Text, primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("pickle", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

mx_megolm_session = Table(
    "mx_megolm_session",
    metadata,
    _account(),
    Column("room_id", Text, primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("sender_key", Text, primary_key=True),
    Column("ed25519", Text, nullable=False),
    Column("first_index", BigInteger, nullable=False),
    Column("forwarded", Boolean, nullable=False),
    Column("pickle", LargeBinary, nullable=False),
)

mx_device = Table(
    "mx_device",
    metadata,
    _account(),
    Column("user_id", Text, primary_key=True),
    Column("device_id", Text, primary_key=True),
    Column("ed25519", Text, nullable=False),
    Column("curve25519", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    # The master key whose chain of signatures reaches this device; trusted only while that is the pinned one.
    Column("signed_by", Text),
)

mx_tracked_user = Table(
    "mx_tracked_user",
    metadata,
    _account(),
    Column("user_id", Text, primary_key=True),
    # Survives a crash between "her devices changed" and the answer to our question which they are now.
    Column("outdated", Boolean, nullable=False),
)

mx_identity = Table(
    "mx_identity",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("pinned_master", Text, nullable=False),
    Column("pinned_at", BigInteger, nullable=False),
    Column("how", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("seen_master", Text, nullable=False),
    Column("seen_self_signing", Text, nullable=False),
    Column("changed_at", BigInteger),
)

mx_room_member = Table(
    "mx_room_member",
    metadata,
    Column("room_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("membership", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("event_ts", BigInteger, nullable=False),
    Index("ix_mx_room_member_user", "user_id", "membership"),
)

mx_inbox = Table(
    "mx_inbox",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("session_id", Text),
    Column("origin_server_ts", BigInteger, nullable=False),
    Column("raw", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("code", Text),
    # Two accounts of ours in one room each have to end it.
    UniqueConstraint("event_id", "owner"),
    Index("ix_mx_inbox_open", "owner", "state", "seq"),
    Index("ix_mx_inbox_session", "session_id", "state"),
)

# A stretch of a room's timeline that /sync left out: filled page by page, each page in the transaction that moves
# ``position``. The row goes when the stretch is in; until then it is what tells people that something is missing.
mx_gap = Table(
    "mx_gap",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("owner", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    # Where the stretch begins, as it was found; the same again after a crash or a repeated answer.
    Column("begins", Text, nullable=False),
    # The token of the next page; NULL when no token is known: then from the last event that we have.
    Column("position", Text),
    Column("ends", Text),
    # What came after it in the inbox waits until it is in, up to the next gap of the room.
    Column("after_seq", BigInteger, nullable=False),
    # "open", or "stuck": the server does not give it; what comes after waits no longer.
    Column("state", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("code", Text),
    Column("found_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    UniqueConstraint("owner", "room_id", "begins"),
    Index("ix_mx_gap_due", "owner", "state", "next_try_at"),
)

# What was not even taken into the inbox, by why: no content, no sender, only how often.
mx_dropped = Table(
    "mx_dropped",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

mx_megolm_seen = Table(
    "mx_megolm_seen",
    metadata,
    Column("sender_key", Text, primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("message_index", BigInteger, primary_key=True),
    Column("event_id", Text, nullable=False),
    UniqueConstraint("event_id"),
)

# The disclosure ledger: one row when a device first gets a key of ours, or first does not; later messages of the same
# session add nothing. What a message was readable to follows from its place in the session.
mx_key_share = Table(
    "mx_key_share",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("room_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    # Empty when the person has no device at all.
    Column("device_id", Text, nullable=False),
    # Readable, or not, from this message of the session on, until a later row says otherwise.
    Column("from_index", BigInteger, nullable=False),
    # "shared", or the code of why not.
    Column("outcome", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_mx_key_share_session", "session_id", "from_index"),
)

mx_sent = Table(
    "mx_sent",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("room_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("message_index", BigInteger, nullable=False),
    Column("txn_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_mx_sent_room", "room_id", "at"),
)

# Somebody's client told us that we do not get a room key, and why (MSC2399).
mx_withheld = Table(
    "mx_withheld",
    metadata,
    _account(),
    Column("room_id", Text, primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

# The sender was told that this message could not be read: not again, and "read after all" when its key came late.
mx_unread_notice = Table(
    "mx_unread_notice",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("room_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("session_id", Text),
    Column("told_at", BigInteger, nullable=False),
    Index("ix_mx_unread_notice_sender", "room_id", "sender", "told_at"),
)

mx_verification = Table(
    "mx_verification",
    metadata,
    Column("transaction_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    # The seven emoji as their numbers in the specification's table, "3,17,…"; for people, not a secret.
    Column("emoji", Text),
    Column("master_key", Text),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    # Who looked at the emoji on our side and said that they are the same.
    Column("confirmed_by", Text),
    Column("code", Text),
)
