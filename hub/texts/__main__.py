"""``python -m hub.texts``: bring the catalogues up to date with the texts in code and templates."""

from hub.texts.catalogue import languages, path_of, update

if __name__ == "__main__":
    for language in languages():
        total, missing = update(language)
        print(f"{path_of(language)}: {total} texts, {missing} without a translation")  # noqa: T201 -- a tool for people
