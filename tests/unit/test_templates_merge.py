"""Mail-merge codes become tags: names, forms, conditions; what has no equivalent says why."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from builders.docx import Docx, run
from builders.publipostage import (
    code,
    complex_field,
    control,
    line,
    mark,
    merge,
    retyped,
    simple_field,
    with_source,
)
from clspd_docs.desk.template_paths import lexicon
from clspd_docs.errors import Stop
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.lint_scan import scan
from clspd_docs.templates.merge_code import UntranslatedError, date_filter, is_merge, shown_code, translate
from clspd_docs.templates.merge_controls import convert_controls, convert_typed
from clspd_docs.templates.merge_fields import Outcome, convert_fields
from clspd_docs.templates.merge_package import open_merge
from clspd_docs.templates.parts import q, serialise


def converted(*pieces: str) -> tuple[list[str], list[Outcome]]:
    """Return the paragraphs of a document of one line, converted, and what became of its fields."""
    return converted_docx(Docx().xml(line(*pieces)))


def converted_docx(document: Docx) -> tuple[list[str], list[Outcome]]:
    raw = document.build()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    template = scan(members, "lettre.docx")
    outcomes = [
        outcome
        for part in template.parts
        for convert in (convert_fields, convert_controls, convert_typed)
        for outcome in convert(part.root, lexicon())
    ]
    for part in template.parts:
        members[part.name] = serialise(part.root)
        etree.fromstring(members[part.name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return [one.partition(" | ")[2] for one in lines(stream.getvalue()) if one.startswith("Normal")], outcomes


def text(*pieces: str) -> str:
    return " ".join(converted(*pieces)[0])


def codes(outcomes: list[Outcome]) -> list[str]:
    return [kind.code for outcome in outcomes for kind, _ in outcome.told]


# --- Names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Nom", "destinataire.nom"),
        ("PRÉNOM", "destinataire.prenom"),
        ("Civilité", "destinataire.civilite"),
        ("Société", "destinataire.nom_organisme"),
        ("Adresse_1", "destinataire.adresse_de.adresse_voie"),
        ("Adresse2", "destinataire.adresse_de.adresse_complement"),
        ("Code_Postal", "destinataire.adresse_de.code_postal"),
        ("CP", "destinataire.adresse_de.code_postal"),
        ("Ville", "destinataire.adresse_de.ville"),
        ("Adresse_de_messagerie", "destinataire.courriel"),
        ("Date_de_la_réunion", "seance.date"),
        ("Désigné le", "destinataire.designe_le"),  # a column of the workbook
        ("seance.lieu", "seance.lieu"),
        ("parametres_service", "parametres.service"),
    ],
)
def test_a_usual_name_is_known_for_sure(name: str, path: str) -> None:
    meaning = lexicon().find(name)
    assert meaning is not None
    assert (meaning.path, meaning.doubt) == (path, "")


@pytest.mark.parametrize(("name", "path"), [("Date", "seance.date"), ("Titre", "destinataire.civilite")])
def test_a_vague_name_is_known_with_a_doubt(name: str, path: str) -> None:
    meaning = lexicon().find(name)
    assert meaning is not None
    assert meaning.path == path
    assert meaning.doubt


def test_a_name_with_a_typing_error_is_found_near_with_a_doubt() -> None:
    meaning = lexicon().find("Code_postall")
    assert meaning is not None
    assert meaning.path.endswith("code_postal")
    assert "ressemblant" in meaning.doubt


def test_a_name_like_no_other_is_not_guessed() -> None:
    assert lexicon().find("Numéro_de_dossier_interne") is None
    assert lexicon().find("X") is None


# --- Fields and their forms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "tag"),
    [
        (merge("Ville"), "{{ destinataire.adresse_de.ville }}"),
        (merge('"Code postal"', "\\# 00000"), "{{ destinataire.adresse_de.code_postal }}"),
        (merge("Nom", "\\* Upper \\* MERGEFORMAT"), "{{ destinataire.nom|ou_vide|upper }}"),
        (merge("Ville", "\\* FirstCap"), "{{ destinataire.adresse_de.ville|majuscule }}"),
        (merge("DateSeance", '\\@ "dddd d MMMM yyyy"'), "{{ seance.date|date_longue }}"),
        (merge("DateSeance", '\\@ "d MMMM yyyy"'), "{{ seance.date|jour }}"),
        (merge("Heure", "\\@ \"HH'h'mm\""), "{{ seance.heure|heure }}"),
        (merge("action_budget", '\\# "# ##0,00 €"'), "{{ action.budget|euros }}"),
        (merge("action_budget", '\\# "0,00"'), "{{ action.budget|nombre(2) }}"),
        (merge("action_budget", '\\# "#,##0"'), "{{ action.budget|nombre(0) }}"),
        (
            merge("Copie_à", '\\b "Copie : " \\f "."'),
            "{% if destinataire.copie_a %}Copie : {{ destinataire.copie_a }}.{% endif %}",
        ),
        (complex_field(" ADDRESSBLOCK \\f x ", shown="«Bloc»"), '{{ courrier.adresse|join("\\n") }}'),
        (simple_field(" MERGEFIELD Ville ", "«Ville»"), "{{ destinataire.adresse_de.ville }}"),
    ],
)
def test_a_field_becomes_a_tag_in_its_form(field: str, tag: str) -> None:
    assert text(field) == tag.strip()


def test_a_code_split_over_runs_is_read_whole() -> None:
    field = (
        mark("begin")
        + code(" MERGE")
        + code("FIELD ")
        + code("Vil")
        + code("le ")
        + mark("separate")
        + run("x")
        + mark("end")
    )
    assert text(field) == "{{ destinataire.adresse_de.ville }}"


def test_several_marks_in_one_run_are_read() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText> MERGEFIELD Ville </w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>«Ville»</w:t><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert text("à ", field, ".") == "à {{ destinataire.adresse_de.ville }}."


def test_a_field_without_result_is_read() -> None:
    assert (
        text(mark("begin") + code(" MERGEFIELD Ville ") + mark("end"))
        == "{{ destinataire.adresse_de.ville }}"
    )


def test_the_tag_is_in_one_run_in_the_form_of_the_result() -> None:
    document = Docx().xml(line(merge("Ville", properties="<w:rPr><w:b/></w:rPr>")))
    with zipfile.ZipFile(io.BytesIO(document.build())) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    list(convert_fields(root, lexicon()))
    runs = list(root.iter(q("w:r")))
    assert [r.find(q("w:rPr")).find(q("w:b")) is not None for r in runs] == [True]  # type: ignore[union-attr]  # the assertion


def test_a_preview_left_in_the_document_is_not_kept() -> None:
    assert "Durand" not in text(complex_field(" MERGEFIELD Nom ", shown="Durand"))


@pytest.mark.parametrize(
    "instruction",
    [" PAGE ", " NUMPAGES ", ' TOC \\o "1-3" ', " = SUM(ABOVE) ", ' HYPERLINK "https://exemple.fr" '],
)
def test_a_field_of_word_itself_stays(instruction: str) -> None:
    assert not is_merge(instruction)
    lines_, outcomes = converted(complex_field(instruction, shown="3"))
    assert lines_ == ["3"]
    assert outcomes == []


def test_a_field_in_the_code_of_a_link_becomes_a_tag_there() -> None:
    document = Docx().xml(line(complex_field(' HYPERLINK "mailto:', merge("Email"), '" ', shown="écrire")))
    with zipfile.ZipFile(io.BytesIO(document.build())) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    list(convert_fields(root, lexicon()))
    whole = "".join(node.text or "" for node in root.iter(q("w:instrText")))
    assert whole == ' HYPERLINK "mailto:{{ destinataire.courriel|ou_vide }}" '


def test_the_date_of_the_day_is_translated_with_a_doubt() -> None:
    found, outcomes = converted(complex_field(' DATE \\@ "dd/MM/yyyy" ', shown="03/05/2024"))
    assert found == ["{{ aujourdhui }}"]
    assert codes(outcomes) == ["MOD303"]


@pytest.mark.parametrize(
    ("picture", "name", "is_usual"),
    [
        ("dd MMMM yyyy", "jour", True),
        ("dddd dd MMMM yyyy", "date_longue", True),
        ("jjjj j MMMM aaaa", "date_longue", True),
        ("dd/MM/yyyy", "jour", False),
        ("HH:mm", "heure", True),
        ("d MMMM yyyy HH:mm", "jour", False),
    ],
)
def test_a_date_picture_has_its_filter(picture: str, name: str, is_usual: bool) -> None:
    found, doubt = date_filter(picture)
    assert found == name
    assert (doubt == "") is is_usual


# --- Conditions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (
            complex_field(" IF ", merge("Civilité"), ' = "Madame" "Chère" "Cher" '),
            '{% if destinataire.genre == "F" %}Chère{% else %}Cher{% endif %}',
        ),
        (
            complex_field(" IF ", merge("Civilité"), ' <> "M." "Madame" "" '),
            '{% if destinataire.genre != "M" %}Madame{% endif %}',
        ),
        (
            complex_field(" IF ", merge("Société"), ' <> "" "', merge("Société"), '" '),
            "{% if destinataire.nom_organisme %}{{ destinataire.nom_organisme }}{% endif %}",
        ),
        (
            complex_field(" IF ", merge("Lieu"), ' = "" "à fixer" "" '),
            "{% if not seance.lieu %}à fixer{% endif %}",
        ),
        (
            complex_field(" IF ", merge("seance_visio"), ' = "Oui" "à distance" "sur place" '),
            "{% if seance.visio %}à distance{% else %}sur place{% endif %}",
        ),
        (
            complex_field(" IF ", merge("seance_numero"), " > 1 “suivante” “première” "),
            "{% if seance.numero > 1 %}suivante{% else %}première{% endif %}",
        ),
        (
            complex_field(" IF ", merge("Canal"), ' = "COURRIEL" "par courriel" "" '),
            '{% if destinataire.canal == "courriel" %}par courriel{% endif %}',
        ),
    ],
)
def test_a_condition_becomes_an_if(field: str, expected: str) -> None:
    found, outcomes = converted(field)
    assert " ".join(found) == expected
    assert codes(outcomes) == []


def test_a_condition_inside_a_condition_is_kept_inside() -> None:
    inner = complex_field(" IF ", merge("Lieu"), ' = "" "b" "c" ')
    found = text(complex_field(" IF ", merge("Société"), ' <> "" "a ', inner, '" "d" '))
    assert (
        found
        == "{% if destinataire.nom_organisme %}a {% if not seance.lieu %}b{% else %}c{% endif %}{% else %}d{% endif %}"
    )


def test_a_value_that_the_list_of_choices_lacks_is_doubted() -> None:
    _, outcomes = converted(complex_field(" IF ", merge("Canal"), ' = "pigeon" "a" "b" '))
    assert codes(outcomes) == ["MOD303"]
    assert "« courriel »" in outcomes[0].told[0][1]["doute"]


@pytest.mark.parametrize(
    ("field", "cause"),
    [
        (complex_field(" IF ", merge("Nom"), ' = "D*" "a" "b" '), "caractère de remplacement"),
        (complex_field(" IF ", merge("Nom"), " = ", merge("Ville"), ' "a" "b" '), "compare deux champs"),
        (complex_field(" IF ", merge("Inconnu_de_tous"), ' = "x" "a" "b" '), "compare n’a pas d’équivalent"),
        (complex_field(" IF ", merge("DateSeance"), ' = "1/1" "a" "b" '), "date"),
        (complex_field(" = ", merge("action_budget"), " * 2 "), "calcul"),
        (complex_field(" MERGESEQ "), "numéro de l’enregistrement"),
        (complex_field(' FILLIN "Lieu ?" '), "question"),
    ],
)
def test_what_has_no_equivalent_stays_visible_and_says_why(field: str, cause: str) -> None:
    found, outcomes = converted("Avant ", field, " après.")
    assert codes(outcomes) == ["MOD302"]
    assert cause in outcomes[0].told[0][1]["cause"]
    assert found[0].startswith("Avant «")
    assert found[0].endswith("» après.")


def nested(depth: int) -> str:
    """Return a condition that holds another, which holds another…"""
    held = complex_field(" IF ", merge("Lieu"), ' = "" "a" "b" ')
    for _ in range(depth - 2):  # the merge field is the innermost
        held = complex_field(" IF ", merge("Lieu"), ' = "" "', held, '" "n" ')
    return held


def test_fields_deeper_than_word_has_them_are_refused_in_a_few_words() -> None:
    found, outcomes = converted(nested(20))
    assert found[0].count("{% if") == 19
    for depth in (21, 200, 3000):
        found, outcomes = converted(nested(depth), " fin ", merge("Nom"))
        assert codes(outcomes) == ["MOD302"]
        assert "plus de 20 champs" in outcomes[0].told[0][1]["cause"]
        assert found[0].count("IF «Lieu»") == 2
        assert len(found[0]) < 120
        assert found[0].endswith("» fin {{ destinataire.nom|ou_vide }}")


def test_an_unknown_name_stays_visible_and_highlighted() -> None:
    document = Docx().xml(line(merge("Numéro_interne")))
    with zipfile.ZipFile(io.BytesIO(document.build())) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    outcomes = list(convert_fields(root, lexicon()))
    assert codes(outcomes) == ["MOD301"]
    assert [r.findtext(q("w:t")) for r in root.iter(q("w:r"))] == ["«Numéro_interne»"]
    assert next(root.iter(q("w:highlight"))).get(q("w:val")) == "yellow"


def test_the_next_record_is_told_for_what_it_is() -> None:
    assert codes(converted(complex_field(" NEXT "))[1]) == ["MOD304"]


def test_a_condition_over_several_paragraphs_shows_all_its_text() -> None:
    first = mark("begin") + code(" IF ") + merge("Ville") + code(' = "Lens" "Premier')
    second = code('second" "autre" ') + mark("separate") + run("Premier") + mark("end") + run("Suite.")
    found, outcomes = converted_docx(Docx().xml(line(first)).xml(line(second)))
    assert codes(outcomes) == ["MOD302"]
    assert found == ['IF «Ville» = "Lens" "Premier', 'second" "autre" Suite.']


def test_a_field_shown_in_a_message_reads_as_in_word() -> None:
    assert shown_code(' MERGEFIELD "Code postal" \\* Upper ', []) == "Code postal"


def test_an_unfinished_condition_is_refused() -> None:
    with pytest.raises(UntranslatedError):
        translate(" IF a ", [], lexicon())


# --- Content controls, typed fields --------------------------------------------------------------------


def test_a_bound_control_becomes_a_tag() -> None:
    found, outcomes = converted("Lieu : ", control("lieu", "Cliquez ici"), ".")
    assert found == ["Lieu : {{ seance.lieu }}."]
    assert codes(outcomes) == []


def test_a_date_control_and_a_box_to_tick_have_their_tag() -> None:
    date = '<w:date><w:dateFormat w:val="dddd d MMMM yyyy"/></w:date>'
    assert text(control("DateSeance", "…", more=date)) == "{{ seance.date|date_longue }}"
    box = '<w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"/>'
    assert text(control("seance.visio", "☐", more=box)) == '{{ "☒" if seance.visio else "☐" }}'


def test_a_control_of_unknown_name_stays_and_is_told() -> None:
    found, outcomes = converted(control("mystere_total", "Texte"))
    assert found == ["Texte"]
    assert codes(outcomes) == ["MOD305"]


def test_a_control_that_asks_for_nothing_stays() -> None:
    assert converted(control("cadre_libre", "Texte", bound=False)) == (["Texte"], [])


def test_a_block_control_leaves_its_paragraph() -> None:
    block = (
        '<w:sdt><w:sdtPr><w:tag w:val="Lieu"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>'
        f"<w:p>{run('Cliquez')}</w:p><w:p>{run('ou tapez')}</w:p></w:sdtContent></w:sdt>"
    )
    assert converted_docx(Docx().xml(block))[0] == ["{{ seance.lieu }}"]


def test_a_field_typed_by_hand_is_translated_when_its_name_is_usual() -> None:
    found, outcomes = converted("à «Ville», le «Truc_bizarre»")
    assert found == ["à {{ destinataire.adresse_de.ville }}, le «Truc_bizarre»"]
    assert codes(outcomes) == ["MOD303"]


def test_french_quotation_marks_around_a_word_are_left_alone() -> None:
    assert converted("le mot « ville » reste") == (["le mot « ville » reste"], [])


# --- The package ---------------------------------------------------------------------------------------

DOTX = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"


def opened(tmp_path: Path, raw: bytes, name: str = "lettre.docx") -> tuple[dict[str, bytes], list[str]]:
    path = tmp_path / name
    path.write_bytes(raw)
    members, notes = open_merge(path, name)
    return members, [note.code for note in notes]


def test_the_link_to_the_address_list_goes(tmp_path: Path) -> None:
    members, notes = opened(tmp_path, with_source(Docx("Bonjour")).build())
    assert notes == ["MOD306"]
    assert b"mailMerge" not in members["word/settings.xml"] + members["word/_rels/settings.xml.rels"]


def test_a_dotx_becomes_a_docx(tmp_path: Path) -> None:
    members, notes = opened(tmp_path, retyped(Docx("Bonjour").build(), DOTX), "lettre.dotx")
    assert notes == ["MOD308"]
    assert DOTX.encode() not in members["[Content_Types].xml"]


def test_macros_are_dropped_and_told(tmp_path: Path) -> None:
    members, notes = opened(tmp_path, retyped(Docx("Bonjour").build(), DOCM, macros=True), "lettre.docm")
    assert notes == ["MOD308", "MOD307"]
    assert not [name for name in members if "vba" in name.lower()]
    assert b"vbaProject" not in members["word/_rels/document.xml.rels"]


def test_macros_that_lead_to_themselves_are_dropped(tmp_path: Path) -> None:
    document = Docx("Bonjour").link(
        "wordVbaData", "vbaProject.bin", external=False, part="word/vbaProject.bin"
    )
    members, notes = opened(tmp_path, retyped(document.build(), DOCM, macros=True), "lettre.docm")
    assert notes == ["MOD308", "MOD307"]
    assert not [name for name in members if "vba" in name.lower()]


def test_an_active_control_goes_and_its_picture_stays(tmp_path: Path) -> None:
    form = "application/vnd.ms-office.activeX+xml"
    document = Docx().xml(
        '<w:p><w:r><w:object><w:control r:id="rIdX0" w:name="Bouton"/></w:object></w:r></w:p>'
    )
    document.link("control", "activeX/activeX1.xml", external=False)
    document.member("word/activeX/activeX1.xml", b"<ax/>", form).paragraph("Bonjour")
    members, notes = opened(tmp_path, document.build())
    assert notes == ["MOD307"]
    assert not [name for name in members if "activeX" in name]
    assert b"w:control" not in members["word/document.xml"]
    assert b"w:object" in members["word/document.xml"]
    assert form.encode() not in members["[Content_Types].xml"]


def test_the_list_of_recipients_kept_in_the_file_goes(tmp_path: Path) -> None:
    form = "application/vnd.openxmlformats-officedocument.wordprocessingml.mailMergeRecipientData+xml"
    document = with_source(Docx("Bonjour")).member("word/recipientData.xml", b"<recipients/>", form)
    document.link("recipientData", "recipientData.xml", external=False, part="word/settings.xml")
    members, notes = opened(tmp_path, document.build())
    assert notes == ["MOD306"]
    assert "word/recipientData.xml" not in members


def test_a_damaged_file_with_macros_is_refused_not_half_read(tmp_path: Path) -> None:
    raw = retyped(Docx("Bonjour").member("word/glossaire.xml", b"<a>").build(), DOCM, macros=True)
    with pytest.raises(Stop) as stop:
        opened(tmp_path, raw, "lettre.docm")
    assert stop.value.finding.code == "MOD105"


@pytest.mark.parametrize(
    ("raw", "code_"),
    [
        (b"\xd0\xcf\x11\xe0 ancien", "MOD103"),
        (b"", "MOD103"),
        (b"PK\x03\x04 coupe", "MOD105"),
    ],
)
def test_what_is_no_word_document_is_refused(tmp_path: Path, raw: bytes, code_: str) -> None:
    with pytest.raises(Stop) as stop:
        opened(tmp_path, raw, "lettre.doc")
    assert stop.value.finding.code == code_
    assert ".docx" in stop.value.finding.remedy or code_ == "MOD105"


def test_an_odt_is_refused_by_its_name(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(Stop) as stop:
        opened(tmp_path, stream.getvalue(), "lettre.odt")
    assert ".odt" in stop.value.finding.message
