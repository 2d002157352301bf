"""The report of an upload, which holds what the ingest knows and what the maps draw."""

from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Language
from ingest.report.account import UploadAccount
from ingest.report.page import report_page
from maps.upload_picture import upload_picture


def report_html(account: UploadAccount, language: Language) -> str:
    """Return the report of an upload with its picture, as a file to be kept."""
    communes = released(Audience.PUBLIC).districts(DistrictLevel.COMMUNE)
    fates = account.fates
    picture = upload_picture(communes, fates.marks, language=language, in_cells=fates.in_cells)
    return report_page(account, picture, language)
