with questions as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__scorecards'),
        column='questions',
        keep=['scorecard_id', 'scorecard_name', 'workspace_id'],
        fields={
            'question_id': 'string',
            'question_revision_id': 'string',
            'question_text': 'string',
            'question_type': 'string',
            'is_overall': 'boolean',
            'min_range': 'number',
            'max_range': 'number',
        }
    ) }}
)

select * from questions
