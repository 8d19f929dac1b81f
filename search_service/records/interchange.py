"""The interchange format of ``docs/model.md``, for administrators: ``zhixun load`` and ``zhixun dump``."""

from search_service.records.dump import dump
from search_service.records.load import load
from search_service.records.report import Progress, Report

__all__ = ["Progress", "Report", "dump", "load"]
