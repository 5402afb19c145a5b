with topics as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__call_interaction_stats'),
        column='topics',
        keep=['call_id'],
        fields={'name': 'string', 'duration': 'number'}
    ) }}
)

select
    call_id,
    name as topic_name,
    duration
from topics
