"""What goes wrong with the services below us, told apart from what a person did wrong."""


class ServiceUnavailableError(Exception):
    """PostgreSQL or Redis does not answer now; the same call may succeed in a moment."""

    def __init__(self, service: str, why: object = "") -> None:
        """Keep the name of the service for the answer's words."""
        super().__init__(f"{service} is not available{f': {why}' if str(why) else ''}")
        self.service = service


class SettingError(Exception):
    """A THIDUA_* environment variable has a value that cannot be used."""


class StartError(Exception):
    """The servers cannot be started; the message is one line for the operator."""
