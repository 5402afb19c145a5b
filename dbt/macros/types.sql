{#- The adapter's type for a type that the sources document. -#}
{% macro column_type(name) %}
    {{- adapter.dispatch('column_type', 'gong_stats')(name) -}}
{% endmacro %}

{% macro default__column_type(name) %}
    {{- {
        'string': 'text',
        'integer': 'bigint',
        'number': 'double precision',
        'boolean': 'boolean',
        'date': 'date',
        'timestamp': 'timestamp',
        'json': 'jsonb',
    }[name] -}}
{% endmacro %}

{% macro duckdb__column_type(name) %}
    {{- {'json': 'json', 'number': 'double'}.get(name) or gong_stats.default__column_type(name) -}}
{% endmacro %}

{% macro snowflake__column_type(name) %}
    {{- {'json': 'variant', 'number': 'float', 'timestamp': 'timestamp_ntz'}.get(name)
        or gong_stats.default__column_type(name) -}}
{% endmacro %}

{% macro bigquery__column_type(name) %}
    {{- {
        'string': 'string',
        'integer': 'int64',
        'number': 'float64',
        'boolean': 'bool',
        'date': 'date',
        'timestamp': 'timestamp',
        'json': 'json',
    }[name] -}}
{% endmacro %}
