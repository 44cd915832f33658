"""Sessions end by themselves, when they are idle or old, and with their password."""

from evse.settings.setting import Role
from evse.web.sessions import IDLE_S, LONGEST_S, MAX_SESSIONS, Sessions, csrf_matches
from tests.firmware.web.door import Watch


def test_a_cookie_is_known_and_another_is_not() -> None:
    sessions = Sessions(Watch())
    session, cookie = sessions.open(Role.OPERATOR, "operator")
    assert sessions.use(cookie) == session
    assert sessions.use(cookie[:-1]) is None
    assert sessions.use("\udc80") is None


def test_cookies_and_csrf_tokens_are_long_and_never_the_same() -> None:
    sessions = Sessions(Watch())
    opened = [sessions.open(Role.USER, "user") for _ in range(50)]
    secrets = {cookie for _, cookie in opened} | {session.csrf for session, _ in opened}
    assert len(secrets) == 100
    assert min(map(len, secrets)) >= 43  # 256 bits


def test_an_idle_session_ends_after_half_an_hour() -> None:
    watch = Watch()
    sessions = Sessions(watch)
    session, cookie = sessions.open(Role.USER, "user")
    watch.now_s += IDLE_S - 1
    assert sessions.lasts(session)
    assert sessions.use(cookie) is not None
    watch.now_s += IDLE_S - 1
    assert sessions.use(cookie) is not None
    watch.now_s += IDLE_S
    assert not sessions.lasts(session)
    assert sessions.use(cookie) is None


def test_looking_whether_a_session_lasts_does_not_make_it_last() -> None:
    watch = Watch()
    sessions = Sessions(watch)
    session, cookie = sessions.open(Role.USER, "user")
    for _ in range(30):
        watch.now_s += IDLE_S / 30
        sessions.lasts(session)
    assert sessions.use(cookie) is None


def test_a_busy_session_ends_after_twelve_hours() -> None:
    watch = Watch()
    sessions = Sessions(watch)
    _, cookie = sessions.open(Role.USER, "user")
    began_s = watch.now_s
    while sessions.use(cookie) is not None:
        watch.now_s += 600
    assert watch.now_s - began_s == LONGEST_S


def test_closing() -> None:
    sessions = Sessions(Watch())
    first, cookie = sessions.open(Role.USER, "user")
    _, other = sessions.open(Role.USER, "user")
    _, operators = sessions.open(Role.OPERATOR, "operator")
    sessions.close(first)
    assert sessions.use(cookie) is None
    assert sessions.use(other) is not None
    sessions.close_role(Role.USER)
    assert sessions.use(other) is None
    assert sessions.use(operators) is not None
    sessions.close_all()
    assert sessions.use(operators) is None


def test_there_are_not_more_than_so_many_and_the_idle_one_goes_first() -> None:
    watch = Watch()
    sessions = Sessions(watch)
    cookies = []
    for _ in range(MAX_SESSIONS):
        cookies.append(sessions.open(Role.USER, "user")[1])
        watch.now_s += 1
    sessions.use(cookies[0])
    sessions.open(Role.USER, "user")
    assert sessions.use(cookies[0]) is not None
    assert sessions.use(cookies[1]) is None
    assert sessions.use(cookies[2]) is not None


def test_the_csrf_token_must_be_the_sessions() -> None:
    sessions = Sessions(Watch())
    one, other = (sessions.open(Role.USER, "user")[0] for _ in range(2))
    assert csrf_matches(one, one.csrf)
    for wrong in ("", other.csrf, one.csrf[:-1], "é\udc80"):
        assert not csrf_matches(one, wrong)
