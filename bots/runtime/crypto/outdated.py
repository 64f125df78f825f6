"""The keys of our own device are not those that the homeserver has any more: this device must not go on."""

from hub.domain.errors import StartRefused


class DeviceOutdated(StartRefused):
    """The server has other keys for this device: an old store was put back. A new device is needed."""

    code = "device-outdated"
