"""The step of the connection doctor, in the flow of a wallbox. That of the options is alike."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult

from .doctor import async_report


class DoctorSteps(ConfigSubentryFlow):
    """Shows the attempts to connect: of one wallbox, or of all while none was added yet."""

    async def async_step_doctor(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the report; the menu offers to look again."""
        hub = getattr(self._get_entry(), "runtime_data", None)
        if hub is None or not hub.running:
            return self.async_abort(reason="not_running")
        known = self.source == SOURCE_RECONFIGURE
        identity = self._get_reconfigure_subentry().unique_id if known else None
        return self.async_show_menu(
            step_id="doctor",
            menu_options=["doctor", "reconfigure" if known else "user"],
            description_placeholders={
                "attempts": await async_report(self.hass, hub.server.attempts, identity)
            },
        )
