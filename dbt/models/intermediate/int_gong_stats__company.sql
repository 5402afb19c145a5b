with time_zones as (
    select time_zone, from_date
    from {{ ref('stg_gong_stats__aggregated_activity') }}

    union all

    select time_zone, from_date
    from {{ ref('stg_gong_stats__interaction_stats') }}
),

latest_time_zone as (
    select
        time_zone,
        row_number() over (order by from_date desc, time_zone) as recency
    from time_zones
    where time_zone is not null
),

loaded as (
    select 'days' as kind, from_date as first_date, to_date as end_date, extracted_at
    from {{ ref('stg_gong_stats__daily_activity') }}

    union all

    select 'calls', started_date, started_date, extracted_at
    from {{ ref('stg_gong_stats__call_interaction_stats') }}

    union all

    select 'counters', from_date, to_date, extracted_at
    from {{ ref('stg_gong_stats__aggregated_activity') }}

    union all

    select 'counters', from_date, to_date, extracted_at
    from {{ ref('stg_gong_stats__activity_by_period') }}
),

-- With daily_activity, counters do not matter: the marts count its calls where they are missing.
extents as (
    select
        kind,
        min(first_date) as first_date,
        max(end_date) as end_date,
        max(extracted_at) as extracted_at
    from loaded
    where kind <> 'counters' or not exists (select 1 from loaded where kind = 'days')
    group by kind
),

extent as (
    select
        coalesce(
            min(case when kind = 'days' then first_date end),
            min(case when kind = 'calls' then first_date end),
            min(first_date)
        ) as first_date,
        -- A stream may have failed for some days.
        min(end_date) as end_date,
        min(extracted_at) as extracted_at
    from extents
),

with_time_zone as (
    select
        extent.*,
        {%- if var('gong_stats_time_zone') %}
        '{{ var('gong_stats_time_zone') }}' as time_zone
        {%- else %}
        coalesce(latest_time_zone.time_zone, 'UTC') as time_zone
        {%- endif %}
    from extent
    left join latest_time_zone on latest_time_zone.recency = 1
)

select
    time_zone,
    first_date,
    -- The tap loads only days that are over.
    coalesce({{ gong_stats.local_date('extracted_at', 'time_zone') }}, end_date) as loaded_until
from with_time_zone
