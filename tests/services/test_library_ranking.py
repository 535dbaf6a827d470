"""The order of what has some of the words: pure, so it needs no database."""

from __future__ import annotations

from wimdesk.services.library_ranking import Said, rank, weights
from wimdesk.words import loose_expression, telling

TELLS = weights({"mentor": 10, "lamp": 10, "room": 10, "circle": 10}, 1000)


def test_a_title_counts_more_than_a_text_and_a_word_more_than_its_form() -> None:
    said = {
        "text": Said("Other", "", "a mentor " + "for each and every day of the year " * 20),
        "form": Said("Mentoring", "", ""),
        "title": Said("Mentor", "", ""),
        "none": Said("Other", "", "nothing"),
    }
    assert rank("mentor xylophone", said, TELLS) == ["title", "form", "text", "none"]


def test_more_of_the_question_and_words_side_by_side_come_first() -> None:
    said = {
        "apart": Said("x", "", "a lamp for each and every day of the year in the room"),
        "one": Said("x", "", "a lamp for each and every day of the year in the shaft"),
        "near": Said("x", "", "the lamp room for each and every day of the year here"),
    }
    assert rank("lamp room", said, TELLS) == ["near", "apart", "one"]


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert [word for word, _cut in telling("how to recruit the women of a mine")] == ["recruit", "women", "mine"]
    assert [word for word, _cut in telling("to be or not")] == ["to", "be", "or", "not"]
    assert loose_expression("") == ""
