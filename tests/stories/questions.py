"""Answering what the bot asks in somebody's private room."""

from tests.stories.room import Room, bodies


async def answers(room: Room, who: str, private: str, *texts: str) -> str:
    """Each in turn; what the bot said to the last."""
    said = ""
    for text in texts:
        said = bodies(await room.says(who, text, private))
    return said
