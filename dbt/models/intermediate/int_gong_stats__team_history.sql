with versions as (
    select
        snapshot.user_id,
        snapshot.manager_id,
        snapshot.is_active,
        row_number() over (
            partition by snapshot.user_id order by snapshot.dbt_valid_from
        ) as version,
        {{ gong_stats.local_date('snapshot.dbt_valid_from', 'company.time_zone') }} as seen_from,
        {{ gong_stats.local_date('snapshot.dbt_valid_to', 'company.time_zone') }} as seen_to
    from {{ ref('gong_stats__users_snapshot') }} as snapshot
    cross join {{ ref('int_gong_stats__company') }} as company
)

select
    user_id,
    manager_id,
    is_active,
    -- What was before the first snapshot is unknown; nothing is likelier than the same.
    case when version = 1 then cast('1900-01-01' as date) else seen_from end as valid_from,
    coalesce(seen_to, cast('9999-12-31' as date)) as valid_to
from versions
