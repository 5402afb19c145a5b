with users as (
    select
        user_id,
        coalesce(
            nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''),
            email_address,
            user_id
        ) as user_name,
        email_address as user_email_address,
        title,
        active as is_active,
        created,
        manager_id
    from {{ ref('stg_gong_stats__users') }}
)

select
    users.user_id,
    users.user_name,
    users.user_email_address,
    users.title,
    users.is_active,
    {{ gong_stats.local_date('users.created', 'company.time_zone') }} as joined_date,
    users.manager_id,
    coalesce(managers.user_name, users.manager_id) as manager_name
from users
cross join {{ ref('int_gong_stats__company') }} as company
left join users as managers on users.manager_id = managers.user_id
