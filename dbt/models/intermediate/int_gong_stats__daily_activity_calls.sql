{% for counter in gong_stats.counters() -%}
select
    user_id,
    from_date as activity_date,
    '{{ counter }}' as action,
    item as call_id
from (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__daily_activity'), column=counter, keep=['user_id', 'from_date']
    ) }}
) as {{ counter }}
{% if not loop.last %}
union all

{% endif -%}
{% endfor %}
