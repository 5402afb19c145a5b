with with_data as (
    {%- for model in ['activity', 'conversations', 'reviews'] %}
    select user_id, period, from_date, to_date
    from {{ ref('int_gong_stats__' ~ model) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

periods as (
    select distinct period, from_date, to_date from with_data
),

-- Users who did nothing in a period have a row, too, if they were active at its end.
active as (
    select users.user_id, periods.period, periods.from_date, periods.to_date
    from {{ ref('int_gong_stats__users') }} as users
    inner join periods on coalesce(users.joined_date < periods.to_date, true)
    inner join {{ ref('int_gong_stats__team_history') }} as history
        on
            users.user_id = history.user_id
            and history.valid_from < periods.to_date
            and history.valid_to >= periods.to_date
    where history.is_active
),

with_data_or_active as (
    select * from with_data

    union all

    select * from active
),

user_periods as (
    select distinct user_id, period, from_date, to_date from with_data_or_active
)

select
    user_periods.user_id,
    user_periods.period,
    user_periods.from_date,
    user_periods.to_date,
    user_periods.from_date >= company.first_date
    and user_periods.to_date <= company.loaded_until as is_complete,
    history.manager_id
from user_periods
cross join {{ ref('int_gong_stats__company') }} as company
left join {{ ref('int_gong_stats__team_history') }} as history
    on
        user_periods.user_id = history.user_id
        and history.valid_from < user_periods.to_date
        and history.valid_to >= user_periods.to_date
