"""Base classes, envelopes and field types of the response models."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

UserId = Annotated[str, Field(description="Up to 20 digits.")]
UserEmailAddress = Annotated[str | None, Field(description="The user's email address.")]
From = Annotated[datetime, Field(description="Start, with the offset of the company's time zone.")]
To = Annotated[datetime, Field(description="End, exclusive.")]
TimeZoneName = Annotated[str, Field(description="The company's time zone, an IANA name.")]
ScorecardsId = Annotated[int | str, Field(description="Declared as a number, sent as a string.")]


class ResponseModel(BaseModel):
    """A JSON object without undeclared fields."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class ApiResponse(ResponseModel):
    """The envelope of every response."""

    request_id: Annotated[str, Field(description="Same as the header `x-traceid`.")]


class ErrorResponse(ApiResponse):
    """The envelope of every response other than 200."""

    errors: Annotated[list[str], Field(description="Error messages.")]


class PageInfo(ResponseModel):
    """Position of a page in its list."""

    total_records: Annotated[int, Field(description="Items on all pages.")]
    current_page_size: Annotated[int, Field(description="Items on this page.")]
    current_page_number: Annotated[int, Field(description="Starts at 0.")]
    cursor: Annotated[
        str, Field(description="Leads to the next page; absent from the last page.")
    ] = ""


class PagedResponse(ApiResponse):
    """The envelope of one page of a list."""

    records: PageInfo


class Metric(ResponseModel):
    """A metric of conversations."""

    name: Annotated[
        str, Field(description="Name, such as `Longest Monologue`; Gong may add metrics.")
    ]
    value: Annotated[
        float, Field(description="Seconds, a ratio or a score, depending on the name.")
    ]
