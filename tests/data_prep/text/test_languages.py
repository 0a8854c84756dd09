import polars as pl
import pytest

from data_prep.text.errors import TextError
from data_prep.text.languages import choose_rules, stop_words
from data_prep.text.settings import TextSettings
from data_prep.text.tokens import tokenise

# The first article of the Universal Declaration of Human Rights (United Nations, 1948).
ARTICLE = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed"
    " with reason and conscience and should act towards one another in a spirit of "
    "brotherhood.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit "
    "Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit "
    "begegnen.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils "
    "sont doués de raison et de conscience et doivent agir les uns envers les autres "
    "dans un esprit de fraternité.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados"
    " como están de razón y conciencia, deben comportarse fraternalmente los unos con"
    " los otros.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn "
    "begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest "
    "van broederschap te gedragen.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они "
    "наделены разумом и совестью и должны поступать в отношении друг друга в духе "
    "братства.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα "
    "δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να "
    "συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "zh": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
}


@pytest.mark.parametrize("language", ARTICLE)
def test_the_language_of_a_text_is_recognised(language: str) -> None:
    rules, found = choose_rules(pl.Series([ARTICLE[language]]), TextSettings())
    assert found.code == language
    assert rules.stop_words == stop_words(language)


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
def test_words_without_spaces_between_them_are_separated(language: str) -> None:
    texts = pl.Series([ARTICLE[language]])
    rules, _ = choose_rules(texts, TextSettings())
    longest = max(tokenise(texts, rules).terms.str.len_chars())
    assert longest < 15


@pytest.mark.parametrize("package", ["rjieba"])
def test_without_a_segmenter_a_sentence_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_prep.text.segmenters.find_spec", lambda name: None if name == package else 1)
    with pytest.raises(TextError, match=r"in Chinese, which is written without spaces.*\[segmenters\]"):
        choose_rules(pl.Series([ARTICLE["zh"]]), TextSettings())


def test_a_language_without_a_segmenter_is_refused() -> None:
    with pytest.raises(TextError, match="The text is in Khmer"):
        choose_rules(pl.Series(["មនុស្សទាំងអស់កើតមកមានសេរីភាព"]), TextSettings())


def test_text_of_no_known_language_keeps_all_words() -> None:
    rules, found = choose_rules(pl.Series(["xyzzy plugh qwerty frobnicate"]), TextSettings())
    assert (found.code, rules.stop_words) == ("none", frozenset())


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TextError, match=r"language 'xx'. Choose auto, none, or one of af ar"):
        choose_rules(pl.Series(["text"]), TextSettings(language="xx"))


def test_twenty_languages_have_stop_words() -> None:
    known = "ar bg cs da de el en es fi fr he hi hr hu id it nl no pl pt ro ru sk sv tr uk vi"
    assert all(stop_words(code) for code in known.split())
