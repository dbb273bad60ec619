"""What artifacts hold, as HTML that is safe to put on a page."""

from .fragments import Fragments
from .views import EDITION, Subject

__all__ = ["EDITION", "Fragments", "Subject"]
