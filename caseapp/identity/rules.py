"""How long a sign-in lasts, how often one may try, what a password must be."""

from datetime import datetime, timedelta

IDLE_MINUTES = 15
AT_MOST = timedelta(hours=12)
LINK_LASTS = timedelta(hours=24)
TRIES_BEFORE_WAITING = 5
WAITING_WINDOW = timedelta(minutes=15)
PASSWORD_LEAST = 12
PASSWORD_MOST = 200

CONSTRAINTS = {
    "uq_staff_email": ("Someone with this email is on the staff already.", "email"),
    "uq_team_name": ("There is a team of this name already.", "name"),
    "uq_team_member_team_id_staff_id_started_on": ("They are in this team from that day already.", "staff_id"),
}


def ends_at(started_at: datetime, last_used_at: datetime, idle_minutes: int = IDLE_MINUTES) -> datetime:
    """When a sign-in ends if nothing is done: so many minutes after its last use, 12 hours after its start at the latest.

    A county contract asks for 20 minutes at most; the clinic's number is in the rule profile.
    """
    return min(last_used_at + timedelta(minutes=idle_minutes), started_at + AT_MOST)


def next_minute(moment: datetime) -> datetime:
    """The full minute at or after a moment: whoever waits until the minute that is named has waited long enough."""
    return (
        moment
        if not (moment.second or moment.microsecond)
        else moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    )


SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "a Chromebook"), ("Windows", "Windows"),
    ("Macintosh", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """What a browser says of itself, as people call it: "Chrome on Windows"; "Another program" if it says nothing known."""
    system = next((words for sign, words in SYSTEMS if sign in user_agent), "")
    browser = next((words for sign, words in BROWSERS if sign in user_agent), "")
    if not browser:
        return f"A browser on {system}" if system else "Another program"
    return f"{browser} on {system}" if system else browser


def wait_until(tries: list[datetime]) -> datetime | None:
    """Until when someone must wait after these failed tries (newest last): five are free, then 10 s, doubling to 15 minutes."""
    if len(tries) < TRIES_BEFORE_WAITING:
        return None
    seconds = min(10 * 2 ** (len(tries) - TRIES_BEFORE_WAITING), 900)
    return tries[-1] + timedelta(seconds=seconds)


def what_is_wrong_with(password: str, email: str) -> str | None:
    """A sentence if the password will not do: 12 to 200 characters, not the email address."""
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        return f"Choose a password of {PASSWORD_LEAST} to {PASSWORD_MOST} characters."
    if email.lower() in password.lower():
        return "Choose a password that does not hold your email address."
    return None


# The accounts of the demo clinic, whose sign-in page shows them. No other clinic has an account with a known password.
DEMO_PASSWORD = "dusk-to-dawn-demo"
DEMO_STAFF = (
    ("eli@demo.example", "Eli Novak", "case_manager", "LCSW"),
    ("mara@demo.example", "Mara Lindqvist", "case_manager", "LMSW"),
    ("dana@demo.example", "Dana Whitfield", "clinician", "LPC, CADC"),
    ("rosa@demo.example", "Rosa Cole", "clinician", "LCSW, CADC"),
    ("ivo@demo.example", "Ivo Marchetti", "clinician", "LMHC"),
    ("farah@demo.example", "Farah Aziz", "supervisor", "LCSW-S"),
    ("amos@demo.example", "Amos Reyes", "admin", ""),
)
