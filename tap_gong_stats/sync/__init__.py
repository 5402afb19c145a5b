"""How a run proceeds: windows, bookmarks, scheduling, prefetching."""
