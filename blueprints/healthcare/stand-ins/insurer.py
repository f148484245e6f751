"""What the insurer answers when svcforge runs the clinic on this machine: it knows policies that begin with "P-"."""

SHARES = {"consultation": "1.00", "checkup": "0.80", "surgery": "0.50"}
"""What is paid of each treatment."""


def check_cover(request) -> dict:
    """The same for the same question, so that a repeated request needs no memory."""
    share = SHARES.get(request["treatment"]) if request["policy"].startswith("P-") else None
    return {"covered": share is not None, "share": share or "0"}


ROUTES = {"POST /covers": check_cover}
