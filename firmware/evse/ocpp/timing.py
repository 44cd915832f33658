"""Every time and bound of the conversation with the central system, with its reason.

Times marked (real) are those of the network, which lives in real time; the others are seconds of
the clock in use, so that a fast simulation reports as often as a slow one.
"""

CONNECT_TIMEOUT_S = 8.0
"""(real) Opening a connection at first: TCP, TLS and websocket handshake."""

CONNECT_TIMEOUT_MAX_S = 24.0
"""(real) The same after attempts that ran out of time. An answer that takes 4 s, as over a crowded
mobile network, makes a connection of 8 s, and of 16 s with TLS."""

ATTEMPT_EVERY_S = 28.0
"""(real) An attempt and the wait after it take no longer: a wallbox has to be back 30 s after the
network is."""

CLOSE_TIMEOUT_S = 2.0
"""(real) For the other side's part of the closing handshake; nothing depends on it."""

SEND_TIMEOUT_S = 10.0
"""(real) Until a frame is in the socket's buffer; longer means that nobody reads."""

CALL_TIMEOUT_S = 30.0
"""(real) Until an answer must be there. OCPP-J 1.6, 4.1.1 leaves it open; 30 s is common."""

PONG_TIMEOUT_S = 15.0
"""(real) From a ping to its pong; without one the connection is dead (a router forgot it)."""

BACKOFF_FIRST_S = 1.0
"""(real) The wait after the first failed attempt."""

BACKOFF_MAX_S = 20.0
"""(real) The longest wait; less where the attempt before it may have taken long."""

REFUSED_WAIT_S = 25.0
"""(real) The wait after HTTP 401, 403 or 404: trying faster helps nobody, but a user who has just
entered the password is looking at the screen."""

STABLE_S = 10.0
"""(real) A connection that held this long resets the back-off; one which is accepted and dropped
at once, again and again, does not."""

IDLE_POLL_S = 1.0
"""(real) How often the ping timer looks whether it is time."""

RECONNECT_DELAY_S = 0.5
"""(real) From a change of address or password to the new connection: the answer goes out first."""

TRIAL_WAIT_S = 2.0
"""(real) The longest wait between attempts with a raised security profile, whose trial is short,
and the least time for one of them."""

BOOT_RETRY_S = 60.0
"""After a BootNotification without a usable answer, or one whose interval is 0 (OCPP 1.6, 4.2)."""

BOOT_RETRY_MIN_S = 1.0
"""The least interval taken from an answer to BootNotification."""

TURN_S = 1.0
"""The turn of the timers for heartbeats and meter values, whose intervals are whole seconds."""

HOUSE_SPACING_S = 2.0
"""Between two reports of the house's current, which changes with every reading."""

HOUSE_STEP_A = 0.2
"""A change of the house's current worth a report: below, it is the meter's noise."""

HOUSE_REPEAT_S = 5.0
"""A reading that says the same is told again after this time: whoever steers cars by it takes a
house of which nothing came for 10 s for one without a meter."""

LIMIT_SPACING_S = 1.0
"""Between two reports of the winning limit and the offer."""

LIMIT_STEP_A = 0.1
"""A change of the winning limit or of the offer worth a report: the resolution of OCPP's limits."""

DELIVERY_RETRY_S = 10.0
"""Until the outbox is looked at again when nothing wakes it, or the database failed."""

RESTART_S = 5.0
"""After an unexpected error, until the part of the program which had it starts again."""

CLOCK_OFFSET_TOLD_S = 5.0
"""A difference between the central system's clock and ours worth a line in the log."""

MAX_FRAME_BYTES = 65_536
"""The largest frame taken. A SetChargingProfile of 48 periods has 4 kB, so this is ample."""

MAX_CALLS_IN_HAND = 16
"""Calls of the central system worked on at the same time. OCPP-J 1.6, 4.1.1 allows it one."""

MAX_STATUS_QUEUE = 50
"""Status reports waiting to be sent; of more, the oldest go."""

MAX_CARDS = 1000
"""Entries of the authorization cache, as many as the manual's local list holds."""

MAX_COMPOSITE_S = 7 * 86_400
"""The longest composite schedule computed: a week holds every recurrence once."""
