"""Tell WebSub hubs which feeds have changed, so that they push them to subscribers (https://www.w3.org/TR/websub/)."""

from feeds.notify.delivery import Announcing, NotifyTiming
from feeds.notify.notifier import Announcer, announce

__all__ = ["Announcer", "Announcing", "NotifyTiming", "announce"]
