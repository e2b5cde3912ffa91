"""Reading a listing to its end."""

MOST_PAGES = 1000


def every(fetch, *arguments) -> list:
    """All items of all pages."""
    found, cursor = [], None
    for _page in range(MOST_PAGES):
        page = fetch(*arguments, cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")
