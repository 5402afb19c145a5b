{%- set actions = gong_stats.coaching_counters().keys() | list -%}
with pairs as (
    select
        *,
        calls_listened_to + calls_gave_feedback + calls_commented_on + calls_scored > 0
            as is_coached
    from {{ ref('int_gong_stats__coaching_pairs') }}
),

managers as (
    select
        manager_id,
        period,
        from_date,
        to_date,
        count(*) as reports,
        count(case when is_coached then 1 end) as reports_coached,
        {%- for action in actions %}
        count(case when calls_{{ action }} > 0 then 1 end) as reports_{{ action }},
        {%- endfor %}
        {%- for action in actions %}
        cast(
            sum(calls_{{ action }}) as {{ gong_stats.column_type('integer') }}
        ) as calls_{{ action }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from pairs
    group by manager_id, period, from_date, to_date
)

select
    managers.manager_id,
    coalesce(users.user_name, managers.manager_id) as manager_name,
    managers.period,
    managers.from_date,
    managers.to_date,
    managers.reports,
    managers.reports_coached,
    {%- for action in actions %}
    managers.reports_{{ action }},
    {%- endfor %}
    {{ gong_stats.ratio('managers.reports_coached', 'managers.reports') }} as coverage,
    {%- for action in actions %}
    {{ gong_stats.ratio('managers.reports_' ~ action, 'managers.reports') }} as coverage_{{ action }},
    {%- endfor %}
    {%- for action in actions %}
    managers.calls_{{ action }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from managers
left join {{ ref('int_gong_stats__users') }} as users on managers.manager_id = users.user_id
