with speakers as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__call_interaction_stats'),
        column='speakers',
        keep=['call_id'],
        fields={'id': 'string', 'user_id': 'string', 'talk_time': 'number'}
    ) }}
)

select
    call_id,
    id as speaker_id,
    user_id,
    talk_time,
    {{ gong_stats.ratio('talk_time', 'sum(talk_time) over (partition by call_id)') }} as talk_share
from speakers
