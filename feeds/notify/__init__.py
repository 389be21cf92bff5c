"""Tell WebSub hubs which feeds have changed, so that they push them to subscribers (https://www.w3.org/TR/websub/)."""

from feeds.notify.delivery import Announcing, Pace
from feeds.notify.notifier import Announcer, announce

__all__ = ["Announcer", "Announcing", "Pace", "announce"]
