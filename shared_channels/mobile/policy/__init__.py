"""What stands on phone pages: favourites, and an item's form as fields."""

from shared_channels.mobile.policy.favourites import ICONS, MOST, SHORT_NAMES, favourites

__all__ = ["ICONS", "MOST", "SHORT_NAMES", "favourites"]
