with trackers as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__call_interaction_stats'),
        column='trackers',
        keep=['call_id'],
        fields={'id': 'string', 'name': 'string', 'type': 'string', 'count': 'integer'}
    ) }}
)

select
    call_id,
    id as tracker_id,
    name as tracker_name,
    type as tracker_type,
    count as occurrences
from trackers
