{%- set deeds = gong_stats.coaching_counters().keys() | list -%}
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
        {%- for deed in deeds %}
        count(case when calls_{{ deed }} > 0 then 1 end) as reports_{{ deed }},
        {%- endfor %}
        {%- for deed in deeds %}
        cast(
            sum(calls_{{ deed }}) as {{ gong_stats.column_type('integer') }}
        ) as calls_{{ deed }}{% if not loop.last %},{% endif %}
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
    {%- for deed in deeds %}
    managers.reports_{{ deed }},
    {%- endfor %}
    {{ gong_stats.ratio('managers.reports_coached', 'managers.reports') }} as coverage,
    {%- for deed in deeds %}
    {{ gong_stats.ratio('managers.reports_' ~ deed, 'managers.reports') }} as coverage_{{ deed }},
    {%- endfor %}
    {%- for deed in deeds %}
    managers.calls_{{ deed }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from managers
left join {{ ref('int_gong_stats__users') }} as users on managers.manager_id = users.user_id
