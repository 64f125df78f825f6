"""Handover summaries and newcomer briefs."""
