{{ config(severity='warn') }}

-- Averages over calls against Gong's own averages, which it rounds to two digits.
select
    reps.user_id,
    reps.period,
    reps.from_date
from {{ ref('gong_stats__rep_period') }} as reps
inner join {{ ref('stg_gong_stats__interaction_stats') }} as gong
    on
        reps.user_id = gong.user_id
        and reps.period = gong.period
        and reps.from_date = gong.from_date
where
    reps.is_complete
    and (
        {%- for metric in gong_stats.conversation_metrics() %}
        abs(reps.avg_{{ metric }} - gong.{{ metric }}) > 0.006{% if not loop.last %} or{% endif %}
        {%- endfor %}
    )
