select
    calls.call_id,
    calls.primary_user_id as user_id,
    calls.workspace_id,
    coalesce(
        calls.started_date,
        {{ gong_stats.local_date('calls.started', 'company.time_zone') }}
    ) as call_date,
    calls.duration,
    calls.scope,
    calls.direction,
    calls.is_private,
    calls.questions_company_count,
    calls.questions_non_company_count,
    {%- for metric in gong_stats.conversation_metrics() %}
    calls.{{ metric }},
    {%- endfor %}
    coalesce(
        {%- for metric in gong_stats.conversation_metrics() %}
        calls.{{ metric }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    ) is not null as is_analyzed
from {{ ref('stg_gong_stats__call_interaction_stats') }} as calls
cross join {{ ref('int_gong_stats__company') }} as company
