"""What the numbers on the picture of the page point at, and what docs/sea/page.md calls it."""

PLACES = (
    (1, "Headline", "#recording"),
    (2, "Figures", ".facts > div:first-child"),
    (3, "Narration", "#narration"),
    (4, "Buttons", "#start"),
    (5, "Alarms", "#alarms"),
    (6, "Answer", "#message"),
    (7, "Channels", "article.channel .name"),
    (8, "API", "footer a"),
)
"""Number, name on the page of documents, and the element of the page."""
