{#- The local date of an instant in UTC. -#}
{% macro local_date(instant, time_zone) %}
    {{- adapter.dispatch('local_date', 'gong_stats')(instant, time_zone) -}}
{% endmacro %}

{% macro default__local_date(instant, time_zone) -%}
    cast({{ instant }} at time zone 'UTC' at time zone {{ time_zone }} as date)
{%- endmacro %}

{% macro snowflake__local_date(instant, time_zone) -%}
    cast(convert_timezone('UTC', {{ time_zone }}, {{ instant }}) as date)
{%- endmacro %}

{% macro bigquery__local_date(instant, time_zone) -%}
    date({{ instant }}, {{ time_zone }})
{%- endmacro %}

{#- The first day of the calendar period that contains a date; weeks start on Monday. -#}
{% macro period_start(period, date) %}
    {{- adapter.dispatch('period_start', 'gong_stats')(period, date) -}}
{% endmacro %}

{% macro default__period_start(period, date) -%}
    cast(date_trunc('{{ period }}', {{ date }}) as date)
{%- endmacro %}

{% macro bigquery__period_start(period, date) -%}
    date_trunc({{ date }}, {{ 'isoweek' if period == 'week' else period }})
{%- endmacro %}

{#- The day after the calendar period that starts on a date. -#}
{% macro period_end(period, from_date) -%}
    {#- PostgreSQL has no interval of a quarter. -#}
    {%- set datepart, number = ('month', 3) if period == 'quarter' else (period, 1) -%}
    cast({{ dbt.dateadd(datepart, number, from_date) }} as date)
{%- endmacro %}

{#- The rows of a relation once for each period of the var gong_stats_periods. -#}
{% macro by_period(relation, date_column) -%}
    {%- for period in var('gong_stats_periods') %}
    select
        '{{ period }}' as period,
        {{ gong_stats.period_start(period, 'rows_with_date.' ~ date_column) }} as from_date,
        {{ gong_stats.period_end(
            period, gong_stats.period_start(period, 'rows_with_date.' ~ date_column)
        ) }} as to_date,
        rows_with_date.*
    from {{ relation }} as rows_with_date
    where rows_with_date.{{ date_column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{#- Whole weeks from one date to another; negative if the second is earlier. -#}
{% macro whole_weeks_between(first, second) -%}
    cast(
        floor({{ dbt.datediff(first, second, 'day') }} / 7.0)
        as {{ gong_stats.column_type('integer') }}
    )
{%- endmacro %}
