{#-
    The documented columns of a table, in their documented types.

    A missing table has no rows and a missing column is null, so that streams need not be selected
    and stream maps may remove columns. Rows that the loader has marked as deleted are left out.

    stream: the name of the table.
    window: columns of the periods that the tap re-fetches as a whole. A row that the last load of
        its period did not contain is left out, because Gong has taken it back.
-#}
{% macro select_source(stream, window=none) -%}
    {%- set table = source('gong_stats', stream) -%}
    {%- if not execute -%}
    select * from {{ table }}
    {%- else -%}
    {%- set relation = load_relation(table) -%}
    {%- set found = [] -%}
    {%- if relation is none -%}
        {%- do gong_stats.warn_of_missing(stream, table) -%}
    {%- else -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do found.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set drop_retracted = window and var('gong_stats_drop_retracted')
        and '_sdc_sync_started_at' in found -%}
    select
    {%- for name, type in gong_stats.source_columns(stream).items() %}
        {%- if name not in found %}
        cast(null as {{ gong_stats.column_type(type) }}) as {{ name }},
        {%- elif type == 'json' %}
        {{ adapter.dispatch('as_json', 'gong_stats')(name) }} as {{ name }},
        {%- else %}
        cast({{ name }} as {{ gong_stats.column_type(type) }}) as {{ name }},
        {%- endif %}
    {%- endfor %}
        {%- if '_sdc_extracted_at' in found %}
        cast(_sdc_extracted_at as {{ gong_stats.column_type('timestamp') }}) as extracted_at
        {%- else %}
        cast(null as {{ gong_stats.column_type('timestamp') }}) as extracted_at
        {%- endif %}
    {%- if relation is none %}
    from (select 1 as nothing) as no_table
    where 1 = 0
    {%- else %}
    from
        {%- if drop_retracted %} (
            select
                *,
                max(_sdc_sync_started_at) over (partition by {{ window | join(', ') }}) as last_sync
            from {{ relation }}
        ) as loaded
        {%- else %} {{ relation }}
        {%- endif %}
    where 1 = 1
        {%- if '_sdc_deleted_at' in found %}
        and _sdc_deleted_at is null
        {%- endif %}
        {%- if drop_retracted %}
        and (
            last_sync is null or _sdc_sync_started_at = last_sync
            {%- for column in window %} or {{ column }} is null{% endfor %}
        )
        {%- endif %}
    {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- The documented type of each column of a table. -#}
{% macro source_columns(stream) %}
    {%- set types = {} -%}
    {%- for node in graph.sources.values() -%}
        {%- if node.source_name == 'gong_stats' and node.name == stream -%}
            {%- for column in node.columns.values() -%}
                {%- do types.update({column.name: column.data_type}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}

{#- Warn of a table that does not exist; fail if none does, as then the schema is a wrong one. -#}
{% macro warn_of_missing(stream, table) %}
    {%- set found = [] -%}
    {%- for node in graph.sources.values() if node.source_name == 'gong_stats' -%}
        {%- if adapter.get_relation(node.database, node.schema, node.identifier) is not none -%}
            {%- do found.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not found -%}
        {%- do exceptions.raise_compiler_error(
            'no table of tap-gong-stats in ' ~ table.database ~ '.' ~ table.schema
            ~ ': set the var gong_stats_schema to the schema that the tap was loaded into'
        ) -%}
    {%- endif -%}
    {%- do exceptions.warn(
        'The stream ' ~ stream ~ ' is not loaded: its columns are empty in all models'
    ) -%}
{% endmacro %}
