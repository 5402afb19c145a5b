{#-
    One row for each element of a JSON list.

    relation: the relation that holds the list.
    column: the column of the list.
    keep: columns to repeat on each row.
    fields: the type of each field to extract from elements that are objects; without it, the
        column `item` is the element as text.
-#}
{% macro unnest(relation, column, keep, fields=none) -%}
    select
    {%- for name in keep %}
        rows_with_list.{{ name }},
    {%- endfor %}
    {%- if fields %}
    {%- for name, type in fields.items() %}
        {% if type == 'json' -%}
        {{ adapter.dispatch('json_field', 'gong_stats')('elements', name) }} as {{ name }}
        {%- else -%}
        cast({{ adapter.dispatch('json_field_text', 'gong_stats')('elements', name) }}
            as {{ gong_stats.column_type(type) }}) as {{ name }}
        {%- endif %}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
    {%- else %}
        {{ adapter.dispatch('json_element_text', 'gong_stats')('elements') }} as item
    {%- endif %}
    from {{ relation }} as rows_with_list
    cross join {{ adapter.dispatch('json_elements', 'gong_stats')(
        'rows_with_list.' ~ column, 'elements'
    ) }}
{%- endmacro %}

{#- A column as JSON, whether the loader stored it as JSON or as an array. -#}
{% macro default__as_json(column) %}to_jsonb({{ column }}){% endmacro %}
{% macro duckdb__as_json(column) %}to_json({{ column }}){% endmacro %}
{% macro snowflake__as_json(column) %}to_variant({{ column }}){% endmacro %}
{% macro bigquery__as_json(column) %}to_json({{ column }}){% endmacro %}

{% macro default__json_elements(column, alias) -%}
    lateral jsonb_array_elements({{ column }}) as {{ alias }} (item)
{%- endmacro %}
{% macro duckdb__json_elements(column, alias) -%}
    unnest(cast({{ column }} as json[])) as {{ alias }} (item)
{%- endmacro %}
{% macro snowflake__json_elements(column, alias) -%}
    lateral flatten(input => {{ column }}) as {{ alias }}
{%- endmacro %}
{% macro bigquery__json_elements(column, alias) -%}
    unnest(json_query_array({{ column }})) as {{ alias }}
{%- endmacro %}

{% macro default__json_element_text(alias) %}{{ alias }}.item #>> '{}'{% endmacro %}
{% macro duckdb__json_element_text(alias) %}{{ alias }}.item ->> '$'{% endmacro %}
{% macro snowflake__json_element_text(alias) %}cast({{ alias }}.value as text){% endmacro %}
{% macro bigquery__json_element_text(alias) %}json_value({{ alias }}){% endmacro %}

{% macro default__json_field_text(alias, field) %}{{ alias }}.item ->> '{{ field }}'{% endmacro %}
{% macro duckdb__json_field_text(alias, field) %}{{ alias }}.item ->> '{{ field }}'{% endmacro %}
{% macro snowflake__json_field_text(alias, field) -%}
    cast({{ alias }}.value:{{ field }} as text)
{%- endmacro %}
{% macro bigquery__json_field_text(alias, field) -%}
    json_value({{ alias }}, '$.{{ field }}')
{%- endmacro %}

{% macro default__json_field(alias, field) %}{{ alias }}.item -> '{{ field }}'{% endmacro %}
{% macro duckdb__json_field(alias, field) %}{{ alias }}.item -> '{{ field }}'{% endmacro %}
{% macro snowflake__json_field(alias, field) %}{{ alias }}.value:{{ field }}{% endmacro %}
{% macro bigquery__json_field(alias, field) %}json_query({{ alias }}, '$.{{ field }}'){% endmacro %}
