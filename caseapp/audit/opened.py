"""What a look at a record was, in words, where "Looked at" and the name of the page would say too much or too little."""

OPENED = {
    "attendance.roll_call": "Name shown in a roll-call",
    "chart.past": "Opened the chart as of a past day",
    "chart.show": "Opened the chart",
    "clients.edit": "Opened the details",
    "clients.find": "Name shown by a search",
    "clients.index": "Name shown in the list of clients",
    "clients.new": "Name shown as one who may be the same person",
    "clients.suggest": "Name shown by a search",
    "crisis.index": "Name shown on the crisis board",
    "crisis.suggest": "Name shown by a search",
    "episodes.prescreen": "Opened the withdrawal check",
    "progress.index": "Name shown on the phase board",
    "progress.reviews": "Name shown in the list of phase reviews",
    "reports.people": "Name shown behind a figure",
    "scheduling.show": "Name shown in a session",
    "weeks.index": "Name shown among who is short in a week",
    "tasks.index": "Name shown in the tasks",
    "today.index": "Name shown on Today",
}
