{#- Gong's activity counters. -#}
{% macro counters() %}
    {{- return([
        'calls_as_host',
        'calls_attended',
        'own_calls_listened_to',
        'others_calls_listened_to',
        'calls_shared_internally',
        'calls_shared_externally',
        'calls_gave_feedback',
        'calls_requested_feedback',
        'calls_received_feedback',
        'calls_comments_given',
        'calls_comments_received',
        'calls_marked_as_feedback_given',
        'calls_marked_as_feedback_received',
        'calls_scorecards_filled',
        'calls_scorecards_received',
    ]) -}}
{% endmacro %}

{#- The conversation metrics of a call that averages are taken of. -#}
{% macro conversation_metrics() %}
    {{- return([
        'talk_ratio',
        'longest_monologue',
        'longest_customer_story',
        'interactivity',
        'patience',
    ]) -}}
{% endmacro %}

{#- What a manager does with the calls of a report: the column of coaching_metrics by action. -#}
{% macro coaching_counters() %}
    {{- return({
        'listened_to': 'calls_listened_to',
        'attended': 'calls_manager_attended',
        'gave_feedback': 'calls_with_feedback',
        'commented_on': 'calls_manager_commented_on',
        'scored': 'calls_with_scorecard_filled',
    }) -}}
{% endmacro %}

{#- A quotient as a floating-point number; null if the denominator is 0. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as {{ gong_stats.column_type('number') }}) / nullif({{ denominator }}, 0)
{%- endmacro %}

{#- Whether a measure is in its range of the var gong_stats_recommended_ranges; null without. -#}
{% macro in_recommended_range(measure, expression) -%}
    {%- set range = var('gong_stats_recommended_ranges').get(measure) -%}
    {%- if range -%}
    {{ expression }} between {{ range[0] }} and {{ range[1] }}
    {%- else -%}
    cast(null as {{ gong_stats.column_type('boolean') }})
    {%- endif -%}
{%- endmacro %}

{#- 1 if a count is positive, else 0; null if the count is unknown. -#}
{% macro zero_or_one(count) -%}
    case when {{ count }} > 0 then 1 when {{ count }} = 0 then 0 end
{%- endmacro %}

{#- A sum that is 0 where there is no row, but null if its source is not loaded at all. -#}
{% macro zero_if_loaded(model, expression, type='integer') -%}
    case when exists (select 1 from {{ ref(model) }}) then
        cast(coalesce({{ expression }}, 0) as {{ gong_stats.column_type(type) }}) end
{%- endmacro %}
